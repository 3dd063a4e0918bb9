// Logs that are open, and how entries come into being: from a selection, from a report, in their pages.
const assert = require('node:assert');
const fs = require('node:fs');
const vscode = require('vscode');
const { api, fileIn, findings, open, until } = require('./steps.js');

async function hoverAt(uri, position) {
  const hovers = await vscode.commands.executeCommand('vscode.executeHoverProvider', uri, position);
  return hovers.flatMap((hover) => hover.contents.map((content) => content.value)).join('\n');
}

exports['a log tells its entries, and leads to the code'] = async () => {
  const { uri } = await open('app.log');
  const [found] = await until('BC703', () => findings(uri, 'BC703').length && findings(uri, 'BC703'));
  assert.equal(found.severity, vscode.DiagnosticSeverity.Information);
  assert.equal(found.range.start.line, 7);
  const hover = await hoverAt(uri, new vscode.Position(7, 40));
  assert.match(hover, /\*\*BC703 column-without-migration\*\* · \w+ · \[Open the entry\]/);
  assert.match(hover, /models\.py:11/);
};

exports['a traceback in a text does, and its frames are links'] = async () => {
  const { uri } = await open('crash.txt');
  await until('BC502', () => findings(uri, 'BC502').length === 1);
  const links = await vscode.commands.executeCommand('vscode.executeLinkProvider', uri);
  assert.deepEqual(
    links.map(({ target }) => `${target.path.split('/').at(-1)}#${target.fragment}`),
    ['client.py#L10'],
  );
};

exports['a traceback that is pasted into an untitled document'] = async () => {
  const content = fs.readFileSync(fileIn('crash.txt').fsPath, 'utf8');
  const document = await vscode.workspace.openTextDocument({ language: 'plaintext', content });
  await vscode.window.showTextDocument(document);
  await until('BC502', () => findings(document.uri, 'BC502').length === 1);
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
};

exports['a new entry is drafted from what is selected'] = async () => {
  const source = await open('cache.py');
  const line = source.lineAt(2).range;
  vscode.window.activeTextEditor.selection = new vscode.Selection(line.start, line.end);
  await vscode.commands.executeCommand('bugcatalog.newEntryFromSelection');
  const page = await until('the page', () => {
    const shown = vscode.window.activeTextEditor?.document;
    return shown && /\.bugcatalog\/TEAM-\d+-[\w-]+\.md$/.test(shown.uri.path) && shown;
  });
  assert.match(page.getText(), /^---\ncode: TEAM-\d+\n/);
  assert.match(page.getText(), /rules:/);
  assert.match(page.getText(), /cache\.delete\("price:1"\)/);
  await page.save();
};

exports['what its rule matches in the workspace stands above it'] = async () => {
  const page = vscode.window.activeTextEditor.document;
  const lens = await until('the lens', async () => {
    const lenses = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', page.uri, 10);
    return lenses.find(({ command }) => command?.title === '1 match in the workspace');
  });
  await vscode.commands.executeCommand(lens.command.command, ...lens.command.arguments);
};

exports['keys of a page are completed, and explained'] = async () => {
  const page = await open('.bugcatalog/TEAM-1-raw-cache-delete.md');
  const edit = new vscode.WorkspaceEdit();
  edit.insert(page.uri, new vscode.Position(3, 0), 'sympt\n');
  await vscode.workspace.applyEdit(edit);
  const position = new vscode.Position(3, 5);
  const labels = await until('the key', async () => {
    const list = await vscode.commands.executeCommand('vscode.executeCompletionItemProvider', page.uri, position);
    const found = list.items.map(({ label }) => label.label ?? label);
    return found.some((label) => label.startsWith('symptoms')) && found;
  });
  assert.ok(labels);
  await vscode.commands.executeCommand('workbench.action.files.revert');
  assert.match(await hoverAt(page.uri, new vscode.Position(3, 2)), /[Ww]eight of a finding/);
};

exports['what is selected and belongs to no program is drafted too'] = async () => {
  const content = 'KeyError: price';
  const document = await vscode.workspace.openTextDocument({ language: 'ini', content });
  const editor = await vscode.window.showTextDocument(document);
  editor.selection = new vscode.Selection(0, 0, 0, content.length);
  await vscode.commands.executeCommand('bugcatalog.newEntryFromSelection');
  const page = await until('the page', () => {
    const shown = vscode.window.activeTextEditor?.document;
    return shown?.uri.path.includes('.bugcatalog/') && shown;
  });
  assert.match(page.getText(), /KeyError: price/);
  await page.save();
};

exports['a report becomes pages'] = async () => {
  await open('report.md');
  await vscode.commands.executeCommand('bugcatalog.importReport', undefined, 'Write the Pages');
  const { told } = await api();
  const folder = fileIn('.bugcatalog').fsPath;
  const written = () => fs.readdirSync(folder).find((name) => /stale/.test(name));
  await until(`the page (${told.at(-1)})`, written);
  assert.match(fs.readFileSync(`${folder}/${written()}`, 'utf8'), /drop_price\("1", version=current\(\)\)/);
  assert.match(fs.readFileSync(`${folder}/BC201-missing-timeout.md`, 'utf8'), /extends: true[^]*BUG-102/);
  await until('the page in the editor', () =>
    vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => /stale/.test(label))),
  );
};

exports['what the catalog has already is told'] = async () => {
  const report = fileIn('report.md');
  await vscode.commands.executeCommand('bugcatalog.importReport', report, 'Write the Pages');
  const { told } = await api();
  assert.match(told.at(-1), /The catalog has all of this report: .*BUG-101/);
};
