/** Bug Catalog for VS Code: what is made when the extension starts. */
import { Disposable, ExtensionContext, window, workspace } from 'vscode';
import { CatalogView } from './catalogView';
import type { Channels } from './client';
import { registerCommands } from './commands';
import { EntryPages } from './entries';
import { ExplanationPanel } from './explanation';
import { onInterpreterChange } from './interpreters';
import { told } from './problem';
import { Server } from './server';
import { SERVER_CHOICE } from './settings';
import { createStatusItem } from './statusItem';

/** What the tests, and other extensions, can ask of this one. */
export interface Api {
  server: Pick<Server, 'state' | 'command' | 'nStarts' | 'nJobs' | 'pid'>;
  catalog: Pick<CatalogView, 'getChildren' | 'getTreeItem'>;
  explanation: Pick<ExplanationPanel, 'html'>;
  /** The output channels, with their log levels. */
  channels: Channels;
  /** The messages that were shown. */
  told: readonly string[];
  /** How many milliseconds of the processor's time the activation took. */
  activation: number;
  /** Resolves when the first start has succeeded or failed. */
  started: Promise<void>;
}

let running: Server | undefined;

export function activate(context: ExtensionContext): Api {
  const before = process.cpuUsage();
  const log = window.createOutputChannel('Bug Catalog', { log: true });
  const trace = window.createOutputChannel('Bug Catalog Trace', { log: true });
  const channels = { log, trace };
  const server = new Server(context, channels);
  running = server;
  const pages = new EntryPages(server);
  const explanation = new ExplanationPanel(server);
  const view = new CatalogView(server);
  context.subscriptions.push(
    log,
    trace,
    server,
    pages,
    explanation,
    view,
    createStatusItem(server),
    registerCommands({ context, channels, server, pages, explanation, view }),
    workspace.onDidGrantWorkspaceTrust(() => void server.restart()),
    workspace.onDidChangeConfiguration((event) => {
      if (SERVER_CHOICE.some((name) => event.affectsConfiguration(name))) {
        void server.follow();
      }
    }),
  );
  // The extensions that select interpreters may start later than this one, or with the first search for a server.
  let listening: Disposable | undefined;
  const listen = (): void => {
    listening ??= onInterpreterChange(() => void server.follow());
  };
  context.subscriptions.push(server.onDidChange(listen), { dispose: () => listening?.dispose() });
  // The extension is active before its server runs: nothing of the editor waits for that.
  const started = server.start();
  const { user, system } = process.cpuUsage(before);
  const activation = (user + system) / 1000;
  log.debug(`Activated in ${activation} ms of the processor's time.`);
  return { server, catalog: view, explanation, channels, told, activation, started };
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}
