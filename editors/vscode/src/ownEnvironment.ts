/** A Python environment of the extension's own, made on first use from the wheel that it brings. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { ExtensionContext, LogOutputChannel, ProgressLocation, window } from 'vscode';
import { copy, OPEN_SETTINGS, Problem, TRY_AGAIN } from './problem';
import { lastLine, run } from './run';

const OLDEST = [3, 10] as const;
const MINUTES_TO_INSTALL = 10;
const SECONDS_BETWEEN_LOOKS = 1;

type Version = (interpreter: string) => Promise<string | undefined>;

/** The interpreter of our environment, which is made where it is not there yet. */
export async function ownInterpreter(
  context: ExtensionContext,
  selected: string | undefined,
  log: LogOutputChannel,
  versionIn: Version,
): Promise<string> {
  const wheel = await bundledWheel(context);
  const folder = path.join(context.globalStorageUri.fsPath, `server-${wheelVersion(wheel)}`);
  const interpreter = interpreterIn(folder);
  if ((await versionIn(interpreter)) === wheelVersion(wheel)) {
    return interpreter;
  }
  await fs.mkdir(context.globalStorageUri.fsPath, { recursive: true });
  const lock = `${folder}.lock`;
  const isFree = await takeLock(lock, async () => (await versionIn(interpreter)) !== undefined);
  if (!isFree) {
    return interpreter;
  }
  try {
    await window.withProgress(
      {
        location: ProgressLocation.Notification,
        title: 'Bug Catalog: installing the server',
        cancellable: true,
      },
      async (progress, token) => {
        const stop = new AbortController();
        token.onCancellationRequested(() => stop.abort());
        progress.report({ message: 'looking for Python' });
        const base = await baseInterpreter(selected);
        progress.report({ message: 'making an environment' });
        await make(base, folder, stop.signal, log);
        progress.report({ message: 'fetching what the server needs' });
        await install(interpreter, wheel, stop.signal, log);
      },
    );
  } finally {
    await fs.rmdir(lock).catch(() => undefined);
  }
  return interpreter;
}

/** Remove our environment, so that the next start makes it anew. */
export async function forgetOwnEnvironment(context: ExtensionContext): Promise<void> {
  await fs.rm(context.globalStorageUri.fsPath, { recursive: true, force: true });
}

async function bundledWheel(context: ExtensionContext): Promise<string> {
  const folder = context.asAbsolutePath('server');
  const names = await fs.readdir(folder).catch(() => [] as string[]);
  const wheel = names.find((name) => name.endsWith('.whl'));
  if (!wheel) {
    throw new Problem('This build of the extension brings no server. Set `bugcatalog.path` to one.', [
      OPEN_SETTINGS,
    ]);
  }
  return path.join(folder, wheel);
}

function wheelVersion(wheel: string): string {
  return path.basename(wheel).split('-')[1] ?? '';
}

async function baseInterpreter(selected: string | undefined): Promise<string> {
  const candidates = [selected, 'python3', 'python', ...(process.platform === 'win32' ? ['py'] : [])];
  const found: string[] = [];
  for (const candidate of candidates) {
    if (candidate) {
      const answer = await run(candidate, ['-I', '-c', 'import sys; print(*sys.version_info[:2])'], {
        seconds: 30,
      });
      const [major = 0, minor = 0] = answer.stdout.trim().split(' ').map(Number);
      if (answer.code === 0 && (OLDEST[0] < major || (major === OLDEST[0] && OLDEST[1] <= minor))) {
        return candidate;
      }
      found.push(answer.code === 0 ? `${candidate} is ${major}.${minor}` : `${candidate} does not run`);
    }
  }
  throw new Problem(
    `The server needs Python ${OLDEST.join('.')} or newer, and there is none here (${found.join(', ')}). ` +
      'Install one, or set `bugcatalog.path`.',
    [OPEN_SETTINGS, TRY_AGAIN],
  );
}

async function make(base: string, folder: string, signal: AbortSignal, log: LogOutputChannel): Promise<void> {
  const answer = await run(base, ['-I', '-m', 'venv', '--clear', folder], { seconds: 120, signal });
  log.info(`${base} -m venv ${folder}\n${answer.stdout}${answer.stderr}`);
  if (answer.code !== 0) {
    // Debian and its kin keep `venv` in a package of its own, and say so in several lines.
    const hint = /apt install (\S+)/.exec(answer.stdout)?.[0];
    const reason = hint ? `\`${hint}\` brings what is missing` : lastLine(answer.stderr || answer.stdout);
    throw new Problem(`An environment for the server can't be made with ${base}: ${reason}`, [
      ...(hint ? [copy(hint)] : []),
      TRY_AGAIN,
    ]);
  }
}

async function install(
  interpreter: string,
  wheel: string,
  signal: AbortSignal,
  log: LogOutputChannel,
): Promise<void> {
  const parameters = ['-I', '-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', wheel];
  const answer = await run(interpreter, parameters, { seconds: MINUTES_TO_INSTALL * 60, signal });
  log.info(`${interpreter} ${parameters.join(' ')}\n${answer.stdout}${answer.stderr}`);
  if (signal.aborted) {
    throw new Problem('The installation of the server was cancelled.', [TRY_AGAIN]);
  }
  if (answer.code !== 0) {
    const command = [interpreter, ...parameters].map(quoted).join(' ');
    throw new Problem(
      `The server could not be installed: ${reasonOf(answer.stderr)} ` +
        `Run this where the package index can be reached, then try again: ${command}`,
      [copy(command), TRY_AGAIN],
    );
  }
}

function reasonOf(errors: string): string {
  const isOffline =
    /NewConnectionError|ConnectionError|ProxyError|Temporary failure|Connection (refused|broken)|Max retries|from versions: none/i;
  if (isOffline.test(errors)) {
    return 'the package index (PyPI) can not be reached from here.';
  }
  const line = errors.split(/\r?\n/).find((each) => each.startsWith('ERROR:')) ?? lastLine(errors);
  return `${line.replace(/^ERROR:\s*/, '').replace(/\.$/, '')}.`;
}

/** Whether we are the ones to install; false once another window has done it. */
async function takeLock(lock: string, isDone: () => Promise<boolean>): Promise<boolean> {
  for (;;) {
    try {
      await fs.mkdir(lock);
      return true;
    } catch {
      const age =
        Date.now() -
        (await fs
          .stat(lock)
          .then((it) => it.mtimeMs)
          .catch(() => 0));
      if (MINUTES_TO_INSTALL * 60_000 < age) {
        await fs.rmdir(lock).catch(() => undefined);
      } else if (await isDone()) {
        return false;
      } else {
        await new Promise((resolve) => setTimeout(resolve, SECONDS_BETWEEN_LOOKS * 1000));
      }
    }
  }
}

function interpreterIn(folder: string): string {
  return process.platform === 'win32'
    ? path.join(folder, 'Scripts', 'python.exe')
    : path.join(folder, 'bin', 'python');
}

function quoted(word: string): string {
  return /[\s"'$]/.test(word) ? `"${word}"` : word;
}
