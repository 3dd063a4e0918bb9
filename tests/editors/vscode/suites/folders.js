// Two folders in one workspace: one server, settings of each folder.
const assert = require('node:assert');
const vscode = require('vscode');
const { api, findings, until } = require('./steps.js');

exports['each folder has its own settings'] = async () => {
  const [shop, depot] = vscode.workspace.workspaceFolders.map(({ uri }) => vscode.Uri.joinPath(uri, 'client.py'));
  const { server } = await api();
  await vscode.window.showTextDocument(shop);
  await until('BC201 in the shop', () => findings(shop, 'BC201').length === 3);
  assert.equal(findings(shop, 'BC502').length, 1);
  await vscode.window.showTextDocument(depot);
  await until('BC502 in the depot', () => findings(depot, 'BC502').length === 1);
  // Its `.vscode/settings.json` ignores BC201.
  await until('no BC201 in the depot', () => findings(depot, 'BC201').length === 0);
  assert.equal(server.nStarts, 1);
};

exports['a folder that joins is checked too'] = async () => {
  const [{ uri }] = vscode.workspace.workspaceFolders;
  const store = vscode.Uri.joinPath(uri, '..', 'store');
  const joined = new Promise((resolve) => vscode.workspace.onDidChangeWorkspaceFolders(resolve));
  vscode.workspace.updateWorkspaceFolders(2, 0, { uri: store });
  await joined;
  const client = vscode.Uri.joinPath(store, 'client.py');
  await vscode.window.showTextDocument(client);
  await until('BC201 in the store', () => findings(client, 'BC201').length === 3);
};
