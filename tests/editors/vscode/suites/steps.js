// What the tests do over and over: wait, open, look.
const vscode = require('vscode');

const SECONDS = 60;

/** Wait until `look` gives something. */
async function until(what, look, seconds = SECONDS) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const seen = await look();
    if (seen) {
      return seen;
    }
    await pause(50);
  }
  throw new Error(`waited in vain for ${what}`);
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function fileIn(name) {
  return vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, name);
}

async function open(name) {
  const editor = await vscode.window.showTextDocument(fileIn(name));
  return editor.document;
}

function findings(uri, code) {
  return vscode.languages
    .getDiagnostics(uri)
    .filter((item) => item.source === 'bugcatalog' && (!code || item.code.value === code || item.code === code));
}

/** The extension's API, once its first start is over. */
async function api() {
  const extension = vscode.extensions.getExtension('bugcatalog.bugcatalog');
  const found = await extension.activate();
  await found.started;
  return found;
}

/** The quick fixes that stand at a finding. */
async function fixesAt(uri, finding) {
  return await vscode.commands.executeCommand(
    'vscode.executeCodeActionProvider',
    uri,
    finding.range,
    vscode.CodeActionKind.QuickFix.value,
    20,
  );
}

/** Set a setting for the user, and undo that after `work`. */
async function withSetting(name, value, work) {
  const settings = () => vscode.workspace.getConfiguration('bugcatalog');
  await settings().update(name, value, vscode.ConfigurationTarget.Global);
  try {
    return await work();
  } finally {
    await settings().update(name, undefined, vscode.ConfigurationTarget.Global);
  }
}

module.exports = { until, pause, fileIn, open, findings, api, fixesAt, withSetting };
