/** Which server to start: the one that is named, the one of the selected interpreter, or our own. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ExtensionContext, LogOutputChannel, workspace } from 'vscode';
import { selectedInterpreter } from './interpreters';
import { ownInterpreter } from './ownEnvironment';
import { OPEN_SETTINGS, Problem, TRY_AGAIN } from './problem';
import { lastLine, run } from './run';
import { serverPath, usesEnvironment } from './settings';

export type Origin = 'setting' | 'interpreter' | 'own';

export interface ServerCommand {
  program: string;
  parameters: string[];
  origin: Origin;
  version: string;
}

const SECONDS_TO_ANSWER = 30;
const ASK_VERSION = "import importlib.metadata as m; print(m.version('bugcatalog-ls'))";

/** Find the server. Throws `Problem` where there is none and none can be made. */
export async function findServer(context: ExtensionContext, log: LogOutputChannel): Promise<ServerCommand> {
  const named = serverPath();
  if (named) {
    return await namedServer(expand(named));
  }
  const folder = workspace.workspaceFolders?.[0]?.uri;
  // An interpreter may lie in the workspace: running it is running the workspace's code.
  const selected = workspace.isTrusted ? await selectedInterpreter(folder, log) : undefined;
  if (selected && usesEnvironment()) {
    const version = await versionIn(selected);
    if (version) {
      return ofInterpreter(selected, 'interpreter', version);
    }
    log.info(`${selected} has no bugcatalog-ls; an environment of the extension's own is used.`);
  }
  const own = await ownInterpreter(context, selected, log, versionIn);
  return ofInterpreter(own, 'own', (await versionIn(own)) ?? '');
}

async function namedServer(named: string): Promise<ServerCommand> {
  const program = isFolder(named) ? programIn(named) : named;
  const answer = await run(program, ['--version'], { seconds: SECONDS_TO_ANSWER });
  const version = /^bugcatalog (\S+)/m.exec(answer.stdout)?.[1];
  if (answer.code !== 0 || !version) {
    const reason = lastLine(answer.stderr) || `it answers "${lastLine(answer.stdout)}" to --version`;
    throw new Problem(`\`bugcatalog.path\` names ${named}, which is no server: ${reason}`, [
      OPEN_SETTINGS,
      TRY_AGAIN,
    ]);
  }
  return { program, parameters: ['server'], origin: 'setting', version };
}

async function versionIn(interpreter: string): Promise<string | undefined> {
  const answer = await run(interpreter, ['-I', '-c', ASK_VERSION], { seconds: SECONDS_TO_ANSWER });
  return answer.code === 0 ? answer.stdout.trim() : undefined;
}

function ofInterpreter(program: string, origin: Origin, version: string): ServerCommand {
  return { program, parameters: ['-I', '-m', 'bugcatalog_ls', 'server'], origin, version };
}

/** `~` and `${workspaceFolder}` in a path that people share between machines. */
function expand(text: string): string {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const home = text.startsWith('~') ? os.homedir() + text.slice(1) : text;
  return home.replace('${workspaceFolder}', folder).replace('${userHome}', os.homedir());
}

function isFolder(named: string): boolean {
  return fs.statSync(named, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The server's program in a Python environment. */
function programIn(environment: string): string {
  return process.platform === 'win32'
    ? path.join(environment, 'Scripts', 'bugcatalog.exe')
    : path.join(environment, 'bin', 'bugcatalog');
}
