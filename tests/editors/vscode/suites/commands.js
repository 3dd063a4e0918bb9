// What a user does all day: findings, hovers, fixes, the catalog, settings, a server that dies.
const assert = require('node:assert');
const vscode = require('vscode');
const { api, fileIn, findings, fixesAt, open, pause, until, withSetting } = require('./steps.js');

exports['the server of the setting runs'] = async () => {
  const { server } = await api();
  assert.equal(server.state, 'running');
  assert.equal(server.command.origin, 'setting');
};

exports['activation takes little'] = async () => {
  // Of the processor, not by the clock: the machine has more to do.
  const { activation } = await api();
  assert.ok(0 < activation && activation < 100, `${activation} ms`);
};

exports['findings carry code, link, severity and source'] = async () => {
  const { uri } = await open('client.py');
  const found = await until('BC201', () => findings(uri, 'BC201').length === 3 && findings(uri, 'BC201'));
  assert.equal(found[0].severity, vscode.DiagnosticSeverity.Warning);
  assert.match(found[0].message, /requests\.get/);
  assert.equal(found[0].code.target.toString(true), 'bugcatalog-entry:/BC201 missing-timeout.md');
};

exports['a hover tells the entry and links to its page'] = async () => {
  const { uri } = await open('client.py');
  const [found] = findings(uri, 'BC201');
  const hovers = await vscode.commands.executeCommand('vscode.executeHoverProvider', uri, found.range.start);
  const text = hovers.flatMap((hover) => hover.contents.map((content) => content.value)).join('\n');
  assert.match(text, /\*\*BC201 missing-timeout\*\*/);
  assert.match(text, /Root cause/);
  assert.match(text, /\*\*BC201 missing-timeout\*\* · warning · \[Open the entry\]\(command:bugcatalog\.openEntry\?/);
};

exports['a quick fix mends its line'] = async () => {
  const document = await open('client.py');
  const [found] = findings(document.uri, 'BC201');
  const fixes = await fixesAt(document.uri, found);
  const fix = fixes.find((each) => each.title.includes('timeout'));
  assert.ok(fix.isPreferred);
  await vscode.workspace.applyEdit(fix.edit);
  await until('one finding less', () => findings(document.uri, 'BC201').length === 2);
  assert.match(document.lineAt(found.range.start.line).text, /requests\.get\(url, timeout=10\)/);
};

exports['ignoring writes the reason'] = async () => {
  const document = await open('client.py');
  const [found] = findings(document.uri, 'BC201');
  const fixes = await fixesAt(document.uri, found);
  const { command } = fixes.find((each) => each.title.startsWith('Ignore BC201'));
  assert.equal(command.command, 'bugcatalog.ignoreWithReason');
  await vscode.commands.executeCommand(command.command, ...command.arguments, 'a proxy sets the deadline');
  await until('the comment', () => findings(document.uri, 'BC201').length === 1);
  const line = document.lineAt(found.range.start.line).text;
  assert.match(line, /# bugcatalog: ignore\[BC201\] a proxy sets the deadline$/);
};

exports['the command mends all that is safe'] = async () => {
  const document = await open('client.py');
  await vscode.commands.executeCommand('bugcatalog.fixAll');
  await until('nothing left', () => findings(document.uri).length === 0);
  assert.match(document.getText(), /requests\.delete\(url, timeout=10\)/);
  assert.match(document.getText(), /read_text\(encoding="utf-8"\)/);
  await vscode.commands.executeCommand('workbench.action.files.revert');
  await until('the findings again', () => findings(document.uri, 'BC201').length === 3);
};

exports['saving mends all that is safe'] = async () => {
  const editor = vscode.workspace.getConfiguration('editor');
  const onSave = { 'source.fixAll.bugcatalog': 'explicit' };
  await editor.update('codeActionsOnSave', onSave, vscode.ConfigurationTarget.Global);
  try {
    const document = await open('saved.py');
    await until('BC201', () => findings(document.uri, 'BC201').length === 1);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), '# changed\n');
    await vscode.workspace.applyEdit(edit);
    await document.save();
    const onDisk = Buffer.from(await vscode.workspace.fs.readFile(document.uri)).toString('utf8');
    assert.match(onDisk, /timeout=10/);
  } finally {
    await editor.update('codeActionsOnSave', undefined, vscode.ConfigurationTarget.Global);
  }
};

exports['a fix of a model writes the migration'] = async () => {
  const document = await open('models.py');
  const [found] = await until('BC703', () => findings(document.uri, 'BC703').length && findings(document.uri, 'BC703'));
  assert.ok(found.relatedInformation.length);
  const fixes = await fixesAt(document.uri, found);
  const fix = fixes.find((each) => each.title.startsWith('Write a revision'));
  await vscode.workspace.applyEdit(fix.edit);
  await vscode.commands.executeCommand(fix.command.command, ...fix.command.arguments);
  const shown = vscode.window.activeTextEditor.document;
  assert.match(shown.uri.path, /migrations\/versions\/0002_\w+\.py$/);
  assert.match(shown.getText(), /op\.add_column\("users", sa\.Column\("email"/);
  await vscode.workspace.saveAll();
  await until('the finding to go', () => findings(document.uri, 'BC703').length === 0);
};

exports['an entry opens as a rendered page'] = async () => {
  await vscode.commands.executeCommand('bugcatalog.openEntry', 'BC201');
  const tab = await until('the preview', () => vscode.window.tabGroups.activeTabGroup.activeTab);
  await until('its title', () => /BC201 missing-timeout/.test(vscode.window.tabGroups.activeTabGroup.activeTab.label));
  assert.ok(tab);
  const uri = vscode.Uri.from({ scheme: 'bugcatalog-entry', path: '/BC201 missing-timeout.md' });
  const page = await vscode.workspace.openTextDocument(uri);
  assert.equal(page.languageId, 'markdown');
  assert.match(page.getText(), /## Root cause/);
};

exports['explain opens the entry of the finding at the cursor'] = async () => {
  const { uri } = await open('client.py');
  const [found] = await until('BC502', () => findings(uri, 'BC502').length && findings(uri, 'BC502'));
  vscode.window.activeTextEditor.selection = new vscode.Selection(found.range.start, found.range.start);
  await vscode.commands.executeCommand('bugcatalog.explain');
  await until('the preview', () => /BC502/.test(vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? ''));
};

exports['the catalog lists sections with counts'] = async () => {
  await open('client.py');
  const { catalog } = await api();
  const sections = await until('the sections', async () => {
    const found = await catalog.getChildren();
    return found.length && found;
  });
  assert.equal(sections[0].title, 'This workspace');
  assert.equal(sections.at(-1).title, 'The catalog and its tool');
  assert.ok(sections.some(({ title }) => title === 'API'));
  const resilience = sections.find(({ title }) => title === 'Resilience');
  const entries = await catalog.getChildren(resilience);
  const entry = entries.find(({ code }) => code === 'BC201');
  const item = await until('the count', () => {
    const shown = catalog.getTreeItem(entry);
    return shown.description === '3' && shown;
  });
  assert.deepEqual(item.command.arguments, ['BC201']);
};

exports['a page of the workspace is in force, and its faults are shown'] = async () => {
  const source = await open('cache.py');
  await until('TEAM-1', () => findings(source.uri, 'TEAM-1').length === 1);
  const page = await open('.bugcatalog/TEAM-1-raw-cache-delete.md');
  const edit = new vscode.WorkspaceEdit();
  const line = page.getText().split('\n').findIndex((text) => text.startsWith('severity'));
  const right = page.lineAt(line).text;
  edit.replace(page.uri, page.lineAt(line).range, 'severity: wrong');
  await vscode.workspace.applyEdit(edit);
  const [fault] = await until('BC001', () => findings(page.uri, 'BC001').length && findings(page.uri, 'BC001'));
  assert.equal(fault.range.start.line, line);
  // The workbench may have saved it by itself meanwhile, so that there would be nothing to revert to.
  const back = new vscode.WorkspaceEdit();
  back.replace(page.uri, page.lineAt(line).range, right);
  await vscode.workspace.applyEdit(back);
  await page.save();
  await until('no fault', () => findings(page.uri, 'BC001').length === 0);
};

exports['a new entry begins with a page that has its form'] = async () => {
  await vscode.commands.executeCommand('bugcatalog.newEntry', 'TEAM-7', 'old-call');
  const page = vscode.window.activeTextEditor.document;
  assert.match(page.uri.path, /\/\.bugcatalog\/TEAM-7-old-call\.md$/);
  assert.match(page.getText(), /^---\ncode: TEAM-7\nname: old-call\nseverity: warning\n/);
  assert.match(page.getText(), /rule: \{pattern: 'old_call\(\$VALUE\)'\}/);
  await page.save();
  const { catalog } = await api();
  await until('the new entry', async () => {
    const [own] = await catalog.getChildren();
    return (await catalog.getChildren(own)).some(({ code }) => code === 'TEAM-7');
  });
  // Its own examples behave: nothing is wrong with the page.
  await until('no fault', () => findings(page.uri).length === 0);
};

exports['settings reach the server, defaults do not'] = async () => {
  const { uri } = await open('client.py');
  await until('BC201', () => findings(uri, 'BC201').length === 3);
  await withSetting('severity', { BC201: 'information' }, async () => {
    const isWeaker = () => findings(uri, 'BC201')[0]?.severity === vscode.DiagnosticSeverity.Information;
    await until('the weaker severity', isWeaker);
  });
  await withSetting('ignore', ['BC2'], () => until('no BC201', () => findings(uri, 'BC201').length === 0));
  // The project's own settings ignore BC601, and no default of the editor's may override that.
  await until('BC201 again', () => findings(uri, 'BC201').length === 3);
  assert.equal(findings(uri, 'BC601').length, 0);
};

exports['findings of the whole workspace where that is set'] = async () => {
  const { uri } = await open('client.py');
  await until('BC201', () => findings(uri, 'BC201').length === 3);
  const other = fileIn('never_opened.py');
  assert.equal(findings(other).length, 0);
  await withSetting('diagnosticMode', 'workspace', () => until('its finding', () => findings(other, 'BC201').length));
};

exports['the commands of the palette work'] = async () => {
  await vscode.commands.executeCommand('bugcatalog.scanWorkspace');
  await vscode.commands.executeCommand('bugcatalog.showLogs');
  await vscode.commands.executeCommand('bugcatalog.refreshCatalog');
  await vscode.commands.executeCommand('bugcatalog.debugInformation');
  // The panel of the log may still be taking the focus.
  const shown = await until('the information', () =>
    vscode.window.visibleTextEditors.map(({ document }) => document.getText()).find((text) => text.startsWith('{')),
  );
  assert.equal(JSON.parse(shown).state, 'running');
  assert.ok(JSON.parse(shown).server.versions['bugcatalog-ls']);
  const known = await vscode.commands.getCommands(true);
  const { commands } = vscode.extensions.getExtension('bugcatalog.bugcatalog').packageJSON.contributes;
  assert.deepEqual(commands.map(({ command }) => command).filter((command) => !known.includes(command)), []);
};

exports['the trace tells each message, once its level is asked for, and with its content where that is set'] = async () => {
  const { channels } = await api();
  const shown = async (channel) => {
    channel.show(true);
    const title = channel.name;
    return await until(`the text of ${title}`, () =>
      vscode.workspace.textDocuments.find(({ uri, fileName }) => uri.scheme === 'output' && fileName.includes(title)),
    );
  };
  const ask = () => vscode.commands.executeCommand('bugcatalog.debugInformation');
  assert.equal(channels.log.logLevel, vscode.LogLevel.Info);
  const log = await shown(channels.log);
  await until('the start in the log', () => /\[info\] Starting \S+ server \([\d.]+, setting\)/.test(log.getText()));
  const trace = await shown(channels.trace);
  await ask();
  assert.doesNotMatch(trace.getText(), /executeCommand/);
  await vscode.commands.executeCommand(`workbench.action.output.activeOutputLogLevel.${vscode.LogLevel.Trace}`);
  await until('the level', () => channels.trace.logLevel === vscode.LogLevel.Trace);
  await ask();
  await until('the message', () => /Sending request 'workspace\/executeCommand/.test(trace.getText()));
  assert.doesNotMatch(trace.getText(), /"command": ?"bugcatalog\.debugInformation"/);
  await withSetting('trace.server', 'verbose', async () => {
    await until('the content', async () => {
      await ask();
      return /"command": ?"bugcatalog\.debugInformation"/.test(trace.getText());
    });
  });
  await vscode.commands.executeCommand(`workbench.action.output.activeOutputLogLevel.${vscode.LogLevel.Info}`);
  await until('the level of before', () => channels.trace.logLevel === vscode.LogLevel.Info);
};

exports['restart starts another process'] = async () => {
  const { server } = await api();
  const before = server.pid;
  await vscode.commands.executeCommand('bugcatalog.restart');
  assert.equal(server.state, 'running');
  assert.notEqual(server.pid, before);
  const { uri } = await open('client.py');
  await until('the findings again', () => findings(uri, 'BC201').length === 3);
};

exports['a server that dies is started again, more slowly each time, and then left alone'] = async () => {
  const { server, told } = await api();
  const pauses = [];
  for (let deaths = 1; deaths <= 4; deaths += 1) {
    const began = Date.now();
    const nStarts = server.nStarts;
    process.kill(server.pid, 'SIGKILL');
    await until('another start', () => nStarts < server.nStarts && server.state === 'running');
    pauses.push(Date.now() - began);
  }
  assert.ok(pauses[0] + 1000 < pauses[3], `the pauses grow: ${pauses}`);
  process.kill(server.pid, 'SIGKILL');
  await until('the end', () => server.state === 'failed');
  assert.match(told.at(-1), /ended 5 times in a row/);
  const nStarts = server.nStarts;
  await pause(1000);
  assert.equal(server.nStarts, nStarts);
  await vscode.commands.executeCommand('bugcatalog.restart');
  assert.equal(server.state, 'running');
};
