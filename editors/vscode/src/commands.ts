/** The commands of the palette, the views and the code actions. */
import {
  commands,
  Disposable,
  ExtensionContext,
  Location,
  Position,
  Range,
  Uri,
  window,
  workspace,
} from 'vscode';
import { CatalogView } from './catalogView';
import { Channels } from './client';
import { Entry, EntryPages } from './entries';
import { applyFix, explain, explainClipboard, explainTerminal, goTo } from './explain';
import { ExplanationPanel } from './explanation';
import { importReport } from './importReport';
import { newEntry, newEntryFromSelection } from './newEntry';
import { forgetOwnEnvironment } from './ownEnvironment';
import { Problem, show, told } from './problem';
import { chooseEntry } from './search';
import { Server } from './server';

export interface Parts {
  context: ExtensionContext;
  channels: Channels;
  server: Server;
  pages: EntryPages;
  explanation: ExplanationPanel;
  view: CatalogView;
}

export function registerCommands(parts: Parts): Disposable {
  const { server, pages, channels, view } = parts;
  const search = async (words?: unknown): Promise<void> => {
    const code = await chooseEntry(server, typeof words === 'string' ? words : '');
    if (code) {
      await pages.open(code);
    }
  };
  const handlers: Record<string, (...given: unknown[]) => unknown> = {
    explain: (given) => explain(parts, given),
    explainTerminal: () => explainTerminal(parts),
    explainClipboard: () => explainClipboard(parts),
    goTo: (path, row, column) => goTo(String(path), Number(row), Number(column)),
    applyFix: async (path, row, column, code, title) => {
      await applyFix(String(path), Number(row), Number(column), String(code), String(title));
      await parts.explanation.refresh();
    },
    searchCatalog: search,
    openEntry: (code) => (typeof code === 'string' ? pages.open(code) : search()),
    openEntrySource: (entry) => openSource(entry),
    newEntry: (code, name) => newEntry(parts.context, code, name),
    newEntryFromSelection: () => newEntryFromSelection(server),
    importReport: (report, answer) => importReport(server, report, answer),
    ruleMatches: (page, rule) => showMatches(server, String(page), Number(rule)),
    ignoreWithReason: (action, reason) => ignoreWithReason(server, String(action), reason),
    fixAll: () => commands.executeCommand('editor.action.sourceAction', FIX_ALL),
    scanWorkspace: () => server.ask('scanWorkspace'),
    refreshCatalog: () => view.refresh(),
    restart: () => server.restart(),
    reinstallServer: async () => {
      await server.stop();
      await forgetOwnEnvironment(parts.context);
      await server.restart();
    },
    showLogs: () => channels.log.show(),
    debugInformation: () => showInformation(parts),
    showMenu: () => showMenu(),
  };
  return Disposable.from(
    ...Object.entries(handlers).map(([name, handle]) =>
      commands.registerCommand(`bugcatalog.${name}`, async (...given: unknown[]) => {
        try {
          return await handle(...given);
        } catch (error) {
          show(error instanceof Problem ? error : new Problem(messageOf(error)), channels.log);
          return undefined;
        }
      }),
    ),
  );
}

const FIX_ALL = { kind: 'source.fixAll.bugcatalog', apply: 'first' };

/** Write the comment that ignores a finding; the reason is asked for where a key binding gives none. */
async function ignoreWithReason(server: Server, action: string, given?: unknown): Promise<void> {
  const reason = typeof given === 'string' ? given : await askReason();
  if (reason?.trim()) {
    await server.ask('applyAction', action, reason.trim());
  }
}

async function askReason(): Promise<string | undefined> {
  return await window.showInputBox({
    title: 'Why is this no bug here?',
    prompt: 'The reason stands behind the comment that ignores the finding.',
    validateInput: (text) => (text.trim() ? undefined : 'A few words for whoever reads this next'),
  });
}

async function openSource(entry: unknown): Promise<void> {
  await commands.executeCommand('vscode.open', Uri.file((entry as Entry).path));
}

/** Show where a rule of a page matches, in a peek view at the rule. */
async function showMatches(server: Server, page: string, rule: number): Promise<void> {
  interface Found {
    uri: string;
    range: Record<'start' | 'end', { line: number; character: number }>;
  }
  const found = await server.ask<Found[]>('ruleMatches', page, rule);
  const places = found.map(({ uri, range: { start, end } }) => {
    const range = new Range(start.line, start.character, end.line, end.character);
    return new Location(Uri.parse(uri), range);
  });
  const at = window.activeTextEditor?.selection.active ?? new Position(0, 0);
  await commands.executeCommand('editor.action.peekLocations', Uri.parse(page), at, places, 'peek');
}

async function showInformation({ server, context }: Parts): Promise<void> {
  const { version } = context.extension.packageJSON as { version: string };
  const { state, command, nStarts } = server;
  const answer = state === 'running' ? await server.ask<object>('debugInformation') : 'not running';
  const known = { extension: version, state, starts: nStarts, command, told, server: answer };
  const content = JSON.stringify(known, undefined, 2);
  await window.showTextDocument(await workspace.openTextDocument({ language: 'json', content }));
}

async function showMenu(): Promise<void> {
  const chosen = await window.showQuickPick(
    [
      { label: '$(search) Search the catalog', command: 'bugcatalog.searchCatalog' },
      { label: '$(warning) Show problems', command: 'workbench.actions.view.problems' },
      { label: '$(refresh) Read the workspace again', command: 'bugcatalog.scanWorkspace' },
      { label: '$(debug-restart) Restart the server', command: 'bugcatalog.restart' },
      { label: '$(output) Show the log', command: 'bugcatalog.showLogs' },
    ],
    { title: 'Bug Catalog' },
  );
  if (chosen) {
    await commands.executeCommand(chosen.command);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
