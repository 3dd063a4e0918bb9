/** The Python interpreter that the user has selected, by whichever extension selects them here. */
import { Disposable, Event, Extension, extensions, LogOutputChannel, Uri } from 'vscode';

/** What we use of `ms-python.vscode-python-envs`. */
interface PythonEnvironments {
  getEnvironment(
    scope: Uri | undefined,
  ): Promise<
    { execInfo?: { run?: { executable?: string }; activatedRun?: { executable?: string } } } | undefined
  >;
  onDidChangeEnvironment?: Event<unknown>;
}

/** What we use of `ms-python.python`. */
interface PythonExtension {
  environments: {
    getActiveEnvironmentPath(scope?: Uri): { path: string };
    resolveEnvironment(environment: unknown): Promise<{ executable?: { uri?: Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath?: Event<unknown>;
  };
}

const ENVIRONMENTS = 'ms-python.vscode-python-envs';
const PYTHON = 'ms-python.python';

/** The selected interpreter's path; nothing where none is selected, or nobody selects any. */
export async function selectedInterpreter(
  scope: Uri | undefined,
  log: LogOutputChannel,
): Promise<string | undefined> {
  for (const ask of [fromEnvironments, fromPython]) {
    try {
      const found = await ask(scope);
      if (found) {
        return found;
      }
    } catch (error) {
      log.warn(`The selected interpreter is not known: ${String(error)}`);
    }
  }
  return undefined;
}

/** Call back when another interpreter is selected; nothing while no such extension runs. */
export function onInterpreterChange(changed: () => void): Disposable | undefined {
  const environments = active<PythonEnvironments>(ENVIRONMENTS);
  const python = active<PythonExtension>(PYTHON);
  const events = [
    environments?.onDidChangeEnvironment,
    python?.environments?.onDidChangeActiveEnvironmentPath,
  ].filter((event) => event !== undefined);
  return events.length ? Disposable.from(...events.map((event) => event(changed))) : undefined;
}

async function fromEnvironments(scope: Uri | undefined): Promise<string | undefined> {
  const api = await activated<PythonEnvironments>(ENVIRONMENTS);
  const found = await api?.getEnvironment(scope);
  return found?.execInfo?.activatedRun?.executable ?? found?.execInfo?.run?.executable;
}

async function fromPython(scope: Uri | undefined): Promise<string | undefined> {
  const api = await activated<PythonExtension>(PYTHON);
  if (!api?.environments) {
    return undefined;
  }
  const environment = api.environments.getActiveEnvironmentPath(scope);
  const resolved = await api.environments.resolveEnvironment(environment);
  return resolved?.executable?.uri?.fsPath;
}

async function activated<T>(id: string): Promise<T | undefined> {
  const found: Extension<T> | undefined = extensions.getExtension<T>(id);
  return found?.isActive ? found.exports : await found?.activate();
}

function active<T>(id: string): T | undefined {
  const found = extensions.getExtension<T>(id);
  return found?.isActive ? found.exports : undefined;
}
