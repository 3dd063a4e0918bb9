/** What keeps the server from running, told so that the user can mend it. */
import { commands, env, LogOutputChannel, window } from 'vscode';

export interface Remedy {
  title: string;
  apply(): unknown;
}

/** A failure with a sentence for the user and the buttons that go with it. */
export class Problem extends Error {
  constructor(
    message: string,
    readonly remedies: readonly Remedy[] = [],
  ) {
    super(message);
  }
}

export const TRY_AGAIN: Remedy = {
  title: 'Try Again',
  apply: () => commands.executeCommand('bugcatalog.restart'),
};

export const OPEN_SETTINGS: Remedy = {
  title: 'Open Settings',
  apply: () => commands.executeCommand('workbench.action.openSettings', 'bugcatalog.path'),
};

export function copy(command: string): Remedy {
  return { title: 'Copy Command', apply: () => env.clipboard.writeText(command) };
}

/** What has been shown, for bug reports. */
export const told: string[] = [];

/** Tell the user something that is no failure. */
export function warn(message: string): void {
  told.push(message);
  void window.showWarningMessage(`Bug Catalog: ${message}`);
}

/** Show a problem and do what the user chooses; does not wait for that. */
export function show(problem: Problem, log: LogOutputChannel): void {
  const remedies = [...problem.remedies, { title: 'Show Log', apply: () => log.show(true) }];
  log.error(problem.message);
  told.push(problem.message);
  void window
    .showErrorMessage(`Bug Catalog: ${problem.message}`, ...remedies)
    .then((chosen) => chosen?.apply());
}
