/** The pages of entries: virtual documents, shown in the editor's own Markdown preview. */
import {
  commands,
  Disposable,
  EventEmitter,
  TextDocumentContentProvider,
  Uri,
  window,
  workspace,
} from 'vscode';
import { entryUri, SCHEME } from './links';
import { Server } from './server';

/** An entry as the server lists it. */
export interface Entry {
  code: string;
  name: string;
  title: string;
  severity: 'error' | 'warning' | 'information' | 'hint';
  summary: string;
  path: string;
  source: 'built-in' | 'settings' | 'workspace';
  section: string;
  detects: boolean;
}

/** The order of a list: entries of the workspace first, those about the tool itself (`0-tool`) last. */
export function compare(left: Entry, right: Entry): number {
  const rank = (entry: Entry): number =>
    entry.source !== 'built-in' ? 0 : entry.section.startsWith('0-') ? 2 : 1;
  return (
    rank(left) - rank(right) ||
    left.section.localeCompare(right.section) ||
    left.code.localeCompare(right.code)
  );
}

interface Page {
  code: string;
  name: string;
  markdown: string;
}

export class EntryPages implements TextDocumentContentProvider, Disposable {
  private readonly changed = new EventEmitter<Uri>();
  readonly onDidChange = this.changed.event;
  private readonly registered = workspace.registerTextDocumentContentProvider(SCHEME, this);

  constructor(private readonly server: Server) {}

  /** The page of the entry that the address names. */
  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const code = /^\/([A-Z]+-?\d+)/.exec(uri.path)?.[1] ?? '';
    const { markdown } = await this.server.ask<Page>('explain', code);
    return withLinks(markdown, code);
  }

  async open(code: string): Promise<void> {
    const page = await this.server.ask<Page>('explain', code);
    const uri = entryUri(page.code, page.name);
    this.changed.fire(uri);
    try {
      await commands.executeCommand('markdown.showPreview', uri);
    } catch {
      // Somebody has switched the built-in Markdown extension off.
      await window.showTextDocument(uri, { preview: true });
    }
  }

  dispose(): void {
    this.registered.dispose();
    this.changed.dispose();
  }
}

/** Codes of other entries as links to their pages; what stands in code is left alone. */
export function withLinks(
  markdown: string,
  own: string,
  addressOf = (code: string): string => `${code}.md`,
): string {
  return markdown
    .split(/(^(?:```|~~~)[^]*?^(?:```|~~~)[^\n]*$|`[^`\n]*`|\[[^\]\n]*\]\([^)\n]*\)|<[^>\n]*>)/m)
    .map((part, number) =>
      number % 2
        ? part
        : part.replace(/\bBC\d{3}\b/g, (code) => (code === own ? code : `[${code}](${addressOf(code)})`)),
    )
    .join('');
}
