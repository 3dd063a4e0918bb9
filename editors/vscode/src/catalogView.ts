/** The catalog in the side bar: entries by section, each with how often it is found now. */
import {
  Disposable,
  EventEmitter,
  languages,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  window,
} from 'vscode';
import { compare, Entry } from './entries';
import { countsByCode } from './findings';
import { Server } from './server';

type Node = Section | Entry;

interface Section {
  title: string;
  entries: Entry[];
}

const ICONS = {
  error: new ThemeIcon('error', new ThemeColor('problemsErrorIcon.foreground')),
  warning: new ThemeIcon('warning', new ThemeColor('problemsWarningIcon.foreground')),
  information: new ThemeIcon('info', new ThemeColor('problemsInfoIcon.foreground')),
  hint: new ThemeIcon('lightbulb'),
};

/** Words of sections that are written otherwise than with one capital letter. */
const SPELLINGS: Record<string, string> = {
  api: 'API',
  llm: 'LLM',
  tool: 'The catalog and its tool',
  '.bugcatalog': 'This workspace',
};

export class CatalogView implements TreeDataProvider<Node>, Disposable {
  private readonly changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view = window.createTreeView('bugcatalog.catalog', {
    treeDataProvider: this,
    showCollapseAll: true,
  });
  private readonly listening: Disposable;
  private entries: Promise<Entry[]> | undefined;
  private counts = countsByCode();

  constructor(private readonly server: Server) {
    this.listening = Disposable.from(
      languages.onDidChangeDiagnostics(() => this.count()),
      server.onDidChange(() => this.refresh()),
    );
  }

  /** Ask for the entries again. */
  refresh(): void {
    this.entries = undefined;
    this.count();
  }

  getTreeItem(node: Node): TreeItem {
    return 'entries' in node ? this.sectionItem(node) : this.entryItem(node);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node) {
      return 'entries' in node ? node.entries : [];
    }
    if (this.server.state !== 'running') {
      return [];
    }
    this.entries ??= this.server.ask<Entry[]>('searchCatalog', '');
    return sectionsOf(await this.entries.catch(() => []));
  }

  dispose(): void {
    this.listening.dispose();
    this.view.dispose();
    this.changed.dispose();
  }

  private count(): void {
    this.counts = countsByCode();
    const sum = [...this.counts.values()].reduce((left, right) => left + right, 0);
    this.view.badge = sum ? { value: sum, tooltip: `${sum} findings` } : undefined;
    this.changed.fire(undefined);
  }

  private sectionItem({ title, entries }: Section): TreeItem {
    const n = entries.reduce((sum, entry) => sum + (this.counts.get(entry.code) ?? 0), 0);
    const item = new TreeItem(
      title,
      n ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed,
    );
    item.id = title;
    item.description = n ? String(n) : '';
    return item;
  }

  private entryItem(entry: Entry): TreeItem {
    const n = this.counts.get(entry.code) ?? 0;
    const item = new TreeItem(`${entry.code} ${entry.name}`);
    item.id = entry.code;
    item.description = n ? String(n) : '';
    item.iconPath = entry.detects ? ICONS[entry.severity] : new ThemeIcon('book');
    const note = entry.detects ? '' : '\n\n*Nothing finds this one yet: the page explains it.*';
    item.tooltip = new MarkdownString(`**${entry.title}**\n\n${entry.summary}${note}`);
    item.contextValue = entry.source === 'built-in' ? 'entry' : 'ownEntry';
    item.command = { title: 'Open', command: 'bugcatalog.openEntry', arguments: [entry.code] };
    return item;
  }
}

/** Entries by section, in the catalog's order; those of the workspace come first. */
function sectionsOf(entries: readonly Entry[]): Section[] {
  const sections = new Map<string, Section>();
  for (const entry of [...entries].sort(compare)) {
    const section = sections.get(entry.section) ?? { title: titleOf(entry.section), entries: [] };
    section.entries.push(entry);
    sections.set(entry.section, section);
  }
  return [...sections.values()];
}

function titleOf(section: string): string {
  const words = section.replace(/^\d+-/, '');
  return SPELLINGS[words] ?? words.charAt(0).toUpperCase() + words.slice(1).replaceAll('-', ' ');
}
