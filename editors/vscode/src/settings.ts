/** The user's settings: which the server gets, and under which names. */
import { Uri, workspace } from 'vscode';

export const SECTION = 'bugcatalog';

/** Settings of the server, by the editor's name; all others are the extension's own. */
const SERVER_NAMES: Readonly<Record<string, string>> = {
  select: 'select',
  ignore: 'ignore',
  severity: 'severity',
  perFileIgnores: 'per-file-ignores',
  exclude: 'exclude',
  extendExclude: 'extend-exclude',
  respectGitignore: 'respect-gitignore',
  maxFileSize: 'max-file-size',
  catalogs: 'catalogs',
  databases: 'databases',
  migrations: 'migrations',
  newestMigrations: 'newest-migrations',
  targetPython: 'target-python',
  failOn: 'fail-on',
  baseline: 'baseline',
  store: 'store',
  history: 'history',
  diagnosticMode: 'diagnostic-mode',
  requireReason: 'require-reason',
};

/**
 * What the server gets for a folder: only what somebody has set here, because a default that was
 * sent would override the project's own settings.
 */
export function serverSettings(scope?: Uri): Record<string, unknown> {
  const given = workspace.getConfiguration(SECTION, scope ?? null);
  const sent: Record<string, unknown> = {};
  for (const [name, serverName] of Object.entries(SERVER_NAMES)) {
    const { globalValue, workspaceValue, workspaceFolderValue } = given.inspect(name) ?? {};
    const isSet = [globalValue, workspaceValue, workspaceFolderValue].some((value) => value !== undefined);
    if (isSet) {
      sent[serverName] = given.get(name);
    }
  }
  return sent;
}

/** Where the server is, as the user says. */
export function serverPath(): string {
  return workspace.getConfiguration(SECTION).get<string>('path', '').trim();
}

export function usesEnvironment(): boolean {
  return workspace.getConfiguration(SECTION).get<string>('importStrategy') !== 'useBundled';
}

/** Settings that decide which server runs. */
export const SERVER_CHOICE = [`${SECTION}.path`, `${SECTION}.importStrategy`];
