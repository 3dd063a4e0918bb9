// A workspace that nobody trusts yet: checked all the same, by a server that it has no say in.
const assert = require('node:assert');
const vscode = require('vscode');
const { api, findings, open, until } = require('./steps.js');

const { INTERPRETER } = JSON.parse(process.env.BUGCATALOG_SERVERS);

exports['the extension works in it, limited'] = async () => {
  assert.equal(vscode.workspace.isTrusted, false);
  (await vscode.extensions.getExtension('ms-python.vscode-python-envs')?.activate())?.select(INTERPRETER);
  const { server, told } = await api();
  assert.equal(server.state, 'running', told.join('\n'));
  // Its settings name a program, and an interpreter may be selected: neither is run.
  assert.equal(server.command.origin, 'own');
  const { uri } = await open('client.py');
  await until('BC201', () => findings(uri, 'BC201').length === 3);
};

exports['its settings can not lead out of it'] = async () => {
  const { uri } = await open('pyproject.toml');
  await until('what is left out', () => findings(uri).some(({ message }) => /trust/i.test(message)));
};
