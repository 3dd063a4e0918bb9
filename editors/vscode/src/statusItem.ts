/** The item in the status bar: whether the server runs, works, and what it has found. */
import { Disposable, languages, MarkdownString, StatusBarAlignment, ThemeColor, window } from 'vscode';
import { countsBySeverity } from './findings';
import { Server, State } from './server';

const ORIGINS = {
  setting: 'named by `bugcatalog.path`',
  interpreter: 'of the selected interpreter',
  own: "the extension's own",
} as const;

const WORDS: Record<State, string> = {
  stopped: 'not running',
  starting: 'starting',
  running: 'running',
  waiting: 'ended unexpectedly, starting again soon',
  failed: 'failed',
};

const SEVERITIES = ['error', 'warning', 'information', 'hint'];

export function createStatusItem(server: Server): Disposable {
  const item = window.createStatusBarItem('bugcatalog.status', StatusBarAlignment.Left, 10);
  item.name = 'Bug Catalog';
  item.command = 'bugcatalog.showMenu';
  const update = (): void => {
    const counts = countsBySeverity();
    const sum = counts.reduce((left, right) => left + right);
    item.text = textOf(server, sum);
    item.tooltip = tooltipOf(server, counts);
    item.accessibilityInformation = { label: `Bug Catalog: ${WORDS[server.state]}, ${sum} findings` };
    item.backgroundColor =
      server.state === 'failed' ? new ThemeColor('statusBarItem.errorBackground') : undefined;
  };
  update();
  item.show();
  return Disposable.from(item, server.onDidChange(update), languages.onDidChangeDiagnostics(update));
}

function textOf(server: Server, sum: number): string {
  if (server.state === 'failed') {
    return '$(error) Bug Catalog';
  }
  if (server.state === 'starting' || server.state === 'waiting' || 0 < server.nJobs) {
    return '$(loading~spin) Bug Catalog';
  }
  return server.state === 'running' ? `$(bug) ${sum}` : '$(bug) off';
}

function tooltipOf(server: Server, counts: readonly number[]): MarkdownString {
  const tooltip = new MarkdownString(undefined, true);
  const words = 0 < server.nJobs ? 'reading the workspace' : WORDS[server.state];
  tooltip.appendMarkdown(`**Bug Catalog**: ${words}\n\n`);
  const found = counts.map((n, severity) => (n ? `${n} ${SEVERITIES[severity]}${n === 1 ? '' : 's'}` : ''));
  tooltip.appendMarkdown(`${found.filter(Boolean).join(', ') || 'no findings'}\n\n`);
  if (server.command) {
    tooltip.appendMarkdown(`Server ${server.command.version}, ${ORIGINS[server.command.origin]}`);
  }
  return tooltip;
}
