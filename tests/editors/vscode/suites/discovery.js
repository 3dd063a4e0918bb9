// Where the server comes from: the setting, the selected interpreter, or the extension's own environment.
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');
const { api, findings, open, until } = require('./steps.js');

const { PROGRAM, INTERPRETER, BARE, OTHER_VERSION, NO_SERVER, DIES } = JSON.parse(process.env.BUGCATALOG_SERVERS);

const standIn = (name) => vscode.extensions.getExtension(`ms-python.${name}`).activate();

/** Another choice of the user's, and what has become of the server by then. */
async function choose({ setting, environments, python, strategy }) {
  const settings = vscode.workspace.getConfiguration('bugcatalog');
  (await standIn('vscode-python-envs')).select(environments);
  (await standIn('python')).select(python);
  await settings.update('importStrategy', strategy, vscode.ConfigurationTarget.Workspace);
  await settings.update('path', setting, vscode.ConfigurationTarget.Workspace);
  await vscode.commands.executeCommand('bugcatalog.restart');
  const found = await api();
  await until('an end', () => ['running', 'failed', 'waiting'].includes(found.server.state), 180);
  return found;
}

async function findsBugs() {
  const { uri } = await open('client.py');
  await until('BC201', () => findings(uri, 'BC201').length === 3);
}

exports['nothing can be installed: the reason and the command are told'] = async () => {
  // This is what the first start has met; from here on the package index can be reached.
  const { server, told } = await api();
  for (const name of Object.keys(process.env).filter((each) => each.startsWith('PIP_'))) {
    delete process.env[name];
  }
  Object.assign(process.env, JSON.parse(process.env.BUGCATALOG_PIP));
  assert.equal(server.state, 'failed');
  assert.match(told.at(-1), /could not be installed: .*PyPI\) can not be reached from here\./);
  assert.match(told.at(-1), /then try again: .*server-[\d.]+\/bin\/python -I -m pip install .*\.whl$/);
};

exports['a program that the setting names'] = async () => {
  const { server } = await choose({ setting: PROGRAM, environments: BARE });
  assert.deepEqual([server.state, server.command.origin, server.command.program], ['running', 'setting', PROGRAM]);
  await findsBugs();
};

exports['an environment that the setting names'] = async () => {
  const { server } = await choose({ setting: path.dirname(path.dirname(PROGRAM)) });
  assert.deepEqual([server.state, server.command.origin], ['running', 'setting']);
  assert.equal(server.command.program, PROGRAM);
};

exports['a setting that leads nowhere is told, and nothing else is started'] = async () => {
  const { server, told } = await choose({ setting: '/nowhere/bugcatalog', environments: INTERPRETER });
  assert.equal(server.state, 'failed');
  assert.match(told.at(-1), /`bugcatalog\.path` names \/nowhere\/bugcatalog, which is no server: .*ENOENT/);
};

exports['a setting that names another program is told'] = async () => {
  const { server, told } = await choose({ setting: NO_SERVER });
  assert.equal(server.state, 'failed');
  assert.match(told.at(-1), /which is no server: it answers "something else 1\.0" to --version/);
};

exports['commands say that the server is not running'] = async () => {
  const { told } = await api();
  await vscode.commands.executeCommand('bugcatalog.scanWorkspace');
  assert.equal(told.at(-1), 'The server is not running.');
};

exports['a server that ends at once is tried again and then left alone'] = async () => {
  const { server, told } = await choose({ setting: DIES });
  await until('the end', () => server.state === 'failed', 90);
  assert.match(told.at(-1), /has ended 5 times in a row/);
};

exports['another version is told once'] = async () => {
  const { server, told } = await choose({ setting: OTHER_VERSION });
  assert.equal(server.state, 'running');
  const about = () => told.filter((message) => message.includes('is version 9.9.9'));
  assert.equal(about().length, 1);
  assert.match(about()[0], /that `bugcatalog\.path` names is version 9\.9\.9, the extension \d/);
  await vscode.commands.executeCommand('bugcatalog.restart');
  assert.equal(about().length, 1);
};

exports['the interpreter of the Python Environments extension'] = async () => {
  const { server } = await choose({ environments: INTERPRETER });
  assert.deepEqual([server.state, server.command.origin], ['running', 'interpreter']);
  assert.equal(server.command.program, INTERPRETER);
  await findsBugs();
};

exports['the interpreter of the Python extension'] = async () => {
  const { server } = await choose({ python: INTERPRETER });
  assert.deepEqual([server.state, server.command.origin], ['running', 'interpreter']);
  await findsBugs();
};

exports['an environment of its own, where the interpreter has no server'] = async () => {
  const { server } = await choose({ environments: BARE });
  assert.deepEqual([server.state, server.command.origin], ['running', 'own']);
  assert.match(server.command.program, /globalStorage\/bugcatalog\.bugcatalog\/server-[\d.]+\/bin\/python$/);
  await findsBugs();
};

exports['it is used again, and where that is wanted'] = async () => {
  const { server } = await choose({ environments: INTERPRETER, strategy: 'useBundled' });
  assert.deepEqual([server.state, server.command.origin], ['running', 'own']);
};

exports['another interpreter that is selected meanwhile is followed'] = async () => {
  const { server } = await choose({ environments: BARE });
  assert.equal(server.command.origin, 'own');
  (await standIn('vscode-python-envs')).select(INTERPRETER);
  await until('the other server', () => server.state === 'running' && server.command.origin === 'interpreter');
};

exports['no Python at all is told'] = async () => {
  const search = process.env.PATH;
  await choose({ environments: BARE });
  const storage = path.join(process.env.BUGCATALOG_STORAGE, 'bugcatalog.bugcatalog');
  fs.renameSync(storage, `${storage}-aside`);
  process.env.PATH = '/nowhere';
  try {
    const { server, told } = await choose({});
    assert.equal(server.state, 'failed');
    assert.match(told.at(-1), /needs Python 3\.10 or newer, and there is none here \(python3 does not run/);
  } finally {
    process.env.PATH = search;
  }
};
