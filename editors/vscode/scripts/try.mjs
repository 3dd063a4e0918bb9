// Install the packaged extension into a clean VS Code, and open a sample project that it finds bugs in.
// usage: npm run try        (VSCODE names the editor's program, where it isn't `code`)
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAMS = ['code', 'code-insiders', 'codium', 'cursor', 'code-server'];
const FILE = 'app/tracking.py';
const isWindows = process.platform === 'win32';
const extension = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const vsix = path.join(extension, 'bugcatalog.vsix');
if (!fs.existsSync(vsix)) {
  throw new Error('Build the extension first: npm run package');
}

const editor = findEditor();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bugcatalog-try-'));
const project = path.join(folder, 'sample');
fs.cpSync(path.resolve(extension, '../../bugcatalog_ls/cli/sample'), project, { recursive: true });
const user = path.join(folder, 'user');
fs.mkdirSync(path.join(user, 'User'), { recursive: true });
// The project is ours: nobody has to say that it is trusted.
const settings = { 'security.workspace.trust.enabled': false, 'workbench.startupEditor': 'none' };
fs.writeFileSync(path.join(user, 'User', 'settings.json'), JSON.stringify(settings));
const clean = ['--user-data-dir', user, '--extensions-dir', path.join(folder, 'extensions')];

run([...clean, '--install-extension', vsix]);
if (path.basename(editor).startsWith('code-server')) {
  await serve();
} else {
  run([...clean, '--new-window', project, '--goto', `${path.join(project, FILE)}:22`]);
}
console.log(`The sample project and the editor's own folders are in ${folder}; remove it when you are done.`);

function findEditor() {
  for (const program of process.env.VSCODE ? [process.env.VSCODE] : PROGRAMS) {
    if (spawnSync(program, ['--version'], { shell: isWindows, stdio: 'ignore' }).status === 0) {
      return program;
    }
  }
  throw new Error(`No editor is found (${PROGRAMS.join(', ')}): let VSCODE name its program.`);
}

function run(parameters) {
  const words = isWindows ? parameters.map((word) => `"${word}"`) : parameters;
  const { status, error } = spawnSync(editor, words, { shell: isWindows, stdio: 'inherit' });
  if (status !== 0) {
    throw error ?? new Error(`${editor} has ended with ${status}`);
  }
}

/** The editor in a browser: it runs until it is interrupted. */
async function serve() {
  const port = process.env.PORT ?? '8765';
  const host = `127.0.0.1:${port}`;
  const config = path.join(folder, 'config.yaml');
  fs.writeFileSync(config, '');
  const options = ['--config', config, '--auth', 'none', '--bind-addr', host, '--disable-telemetry'];
  const server = spawn(editor, [...clean, ...options, project], { stdio: ['ignore', 'ignore', 'inherit'] });
  const payload = JSON.stringify([['openFile', `vscode-remote://${host}${path.join(project, FILE)}`]]);
  console.log(`Open http://${host}/?${new URLSearchParams({ folder: project, payload }).toString()}`);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => server.kill());
  }
  await new Promise((resolve) => server.once('exit', resolve));
}
