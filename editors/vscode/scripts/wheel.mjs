// Build the server's wheel into the extension.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const extension = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const repository = path.dirname(path.dirname(extension));
const python = findPython();

const folder = path.join(extension, 'server');
fs.rmSync(folder, { recursive: true, force: true });
run(python, ['-m', 'pip', 'wheel', '--quiet', '--no-deps', '--wheel-dir', folder, repository]);

const [wheel] = fs.readdirSync(folder);
const { version } = JSON.parse(fs.readFileSync(path.join(extension, 'package.json'), 'utf8'));
if (!wheel?.startsWith(`bugcatalog_ls-${version}-`)) {
  throw new Error(`The extension is ${version}, its server ${wheel}: bring both to the same version.`);
}

/** A Python with pip: the repository's own environment where it is set up, else one of the machine. */
function findPython() {
  const own = ['.venv/bin/python', '.venv/Scripts/python.exe'].map((each) => path.join(repository, each));
  const candidates = [
    process.env.PYTHON,
    ...own.filter((each) => fs.existsSync(each)),
    'python3',
    'python',
  ].filter(Boolean);
  return candidates.find(hasPip) ?? makePython(candidates) ?? fail(candidates);
}

/** An environment for this build alone: some machines have Python without pip. */
function makePython(candidates) {
  const folder = path.join(extension, 'node_modules', '.python');
  for (const candidate of candidates) {
    try {
      execFileSync(candidate, ['-m', 'venv', '--clear', folder], { stdio: 'ignore' });
      return path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
    } catch {
      // The next one, then.
    }
  }
  return undefined;
}

function hasPip(candidate) {
  try {
    execFileSync(candidate, ['-m', 'pip', '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function fail(candidates) {
  throw new Error(
    `Building the wheel needs Python 3.10 or newer, with pip or venv: looked for ${candidates.join(', ')}.`,
  );
}

function run(program, parameters) {
  execFileSync(program, parameters, { stdio: ['ignore', 'inherit', 'inherit'] });
}
