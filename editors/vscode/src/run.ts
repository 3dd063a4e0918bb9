/** Programs that run to their end. */
import { execFile } from 'node:child_process';
import * as os from 'node:os';

export interface Outcome {
  /** The exit code; null where the program could not be started, was stopped, or took too long. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Run a program outside of any workspace, so that nobody's modules get in its way. */
export function run(
  program: string,
  parameters: readonly string[],
  options: { seconds: number; signal?: AbortSignal; cwd?: string },
): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...parameters],
      {
        cwd: options.cwd ?? os.tmpdir(),
        env: environment(),
        timeout: options.seconds * 1000,
        maxBuffer: 16 * 1024 * 1024,
        windowsHide: true,
        ...(options.signal ? { signal: options.signal } : {}),
      },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : null) : 0;
        resolve({ code, stdout, stderr: stderr || (error && code === null ? error.message : '') });
      },
    );
  });
}

/** Our own environment without what points Python at other people's modules. */
export function environment(): NodeJS.ProcessEnv {
  const kept = { ...process.env };
  for (const name of ['PYTHONPATH', 'PYTHONHOME', 'PYTHONSTARTUP']) {
    delete kept[name];
  }
  return { ...kept, PYTHONUTF8: '1' };
}

/** The last line that says something. */
export function lastLine(text: string): string {
  return text.trim().split(/\r?\n/).at(-1)?.trim() ?? '';
}
