/** The language client: what it tells the server, and what it makes of the answers. */
import { ChildProcess, spawn } from 'node:child_process';
import { LogOutputChannel, Uri, window, workspace } from 'vscode';
import { CloseAction, ErrorAction, LanguageClient, LanguageClientOptions } from 'vscode-languageclient/node';
import { ServerCommand } from './discovery';
import { DOCUMENTS } from './documents';
import { linked, withLinks } from './links';
import { environment } from './run';
import { SECTION, serverSettings } from './settings';

export interface Channels {
  log: LogOutputChannel;
  trace: LogOutputChannel;
}

export interface Listener {
  /** The process runs. */
  spawned(child: ChildProcess): void;
  /** The connection has ended without anybody having asked for it. */
  closed(): void;
  /** Long work has begun (1) or ended (-1). */
  worked(change: 1 | -1): void;
}

/** A client for one run of the server; `folder` is where its process lives. */
export function createClient(
  server: ServerCommand,
  folder: string,
  channels: Channels,
  listener: Listener,
): LanguageClient {
  const options: LanguageClientOptions = {
    documentSelector: DOCUMENTS,
    outputChannel: channels.log,
    traceOutputChannel: channels.trace,
    markdown: { isTrusted: { enabledCommands: ['bugcatalog.openEntry'] } },
    initializationOptions: () => ({
      trusted: workspace.isTrusted,
      promptsForReason: true,
      namesCommands: true,
      showsChanges: true,
    }),
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        listener.closed();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
    middleware: {
      workspace: {
        configuration: (params) =>
          params.items.map((item) => serverSettings(item.scopeUri ? Uri.parse(item.scopeUri) : undefined)),
      },
      handleDiagnostics: (uri, diagnostics, next) => next(uri, diagnostics.map(linked)),
      provideDiagnostics: async (document, previousResultId, token, next) => {
        const report = await next(document, previousResultId, token);
        if (report && 'items' in report) {
          report.items = report.items.map(linked);
        }
        return report;
      },
      provideWorkspaceDiagnostics: (ids, token, report, next) =>
        next(ids, token, (chunk) => {
          for (const item of chunk?.items ?? []) {
            if ('items' in item) {
              item.items = item.items.map(linked);
            }
          }
          report(chunk);
        }),
      provideHover: async (document, position, token, next) =>
        withLinks(await next(document, position, token), document.uri),
      resolveCodeAction: async (action, token, next) => {
        const resolved = await next(action, token);
        // What a fix changes elsewhere, such as the migration that it writes, is shown once it is made.
        const uris = resolved?.edit?.entries().map(([uri]) => uri) ?? [];
        const other = uris.find((uri) => uri.toString() !== window.activeTextEditor?.document.uri.toString());
        if (resolved && other) {
          resolved.command = { title: 'Show the change', command: 'vscode.open', arguments: [other] };
        }
        return resolved;
      },
      handleWorkDoneProgress: (token, params, next) => {
        if (params.kind === 'begin') {
          listener.worked(1);
        } else if (params.kind === 'end') {
          listener.worked(-1);
        }
        next(token, params);
      },
    },
  };
  return new LanguageClient(SECTION, 'Bug Catalog', () => start(server, folder, listener), options);
}

function start(server: ServerCommand, folder: string, listener: Listener): Promise<ChildProcess> {
  const child = spawn(server.program, server.parameters, {
    cwd: folder,
    env: environment(),
    windowsHide: true,
  });
  return new Promise((resolve, reject) => {
    child.once('spawn', () => {
      listener.spawned(child);
      resolve(child);
    });
    child.once('error', reject);
  });
}
