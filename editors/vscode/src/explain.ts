/** *Explain*: from an error in an editor, in the terminal or on the clipboard to its explanation. */
import {
  commands,
  env,
  languages,
  Position,
  Range,
  Selection,
  TextDocument,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { CodeAction, Diagnostic } from 'vscode';
import { EntryPages } from './entries';
import { Answer, ExplanationPanel } from './explanation';
import { codeOf } from './findings';
import { SOURCE } from './links';
import { Problem, Remedy } from './problem';
import { Server } from './server';

const MOST_CHARACTERS = 1_000_000;
const SECONDS_FOR_A_FIX = 10;

export interface Explaining {
  server: Server;
  pages: EntryPages;
  explanation: ExplanationPanel;
}

/** Explain what is given, what is selected, the finding at the cursor, or the error at it; in this order. */
export async function explain(parts: Explaining, given?: unknown): Promise<void> {
  if (typeof given === 'string') {
    return await explainText(parts, given);
  }
  const editor = window.activeTextEditor;
  const selected = editor?.document.getText(editor.selection) ?? '';
  if (!editor || selected.trim()) {
    return await explainText(parts, selected);
  }
  const { document, selection } = editor;
  const here = languages
    .getDiagnostics(document.uri)
    .find((each) => each.source === SOURCE && each.range.contains(selection.active));
  if (here && !isOutput(document)) {
    return await parts.pages.open(codeOf(here));
  }
  return await explainText(parts, isOutput(document) ? errorAt(document, selection.active.line) : '');
}

/** Explain what is selected in the terminal, else what its last command has said. */
export async function explainTerminal(parts: Explaining): Promise<void> {
  const text =
    (await copied('workbench.action.terminal.copySelection')) ||
    (await copied('workbench.action.terminal.copyLastCommandOutput'));
  await explainText(parts, text, 'Select the error in the terminal first.');
}

export async function explainClipboard(parts: Explaining): Promise<void> {
  await explainText(parts, await env.clipboard.readText(), 'There is no text on the clipboard.');
}

/** Show a line of a file; row and column are from 1. */
export async function goTo(path: string, row: number, column: number): Promise<void> {
  const at = new Position(row - 1, column - 1);
  const uri = Uri.file(path);
  const shown = window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
  const viewColumn = shown?.viewColumn ?? window.visibleTextEditors[0]?.viewColumn;
  await window.showTextDocument(uri, {
    selection: new Selection(at, at),
    ...(viewColumn ? { viewColumn } : {}),
  });
}

/** Apply the fix of a finding that an explanation has named. */
export async function applyFix(
  path: string,
  row: number,
  column: number,
  code: string,
  title: string,
): Promise<void> {
  await goTo(path, row, column);
  const uri = Uri.file(path);
  for (const end = Date.now() + SECONDS_FOR_A_FIX * 1000; ;) {
    const fix = await findFix(uri, row, code, title);
    if (fix) {
      if (fix.edit) {
        await workspace.applyEdit(fix.edit, { isRefactoring: true });
      }
      if (fix.command) {
        await commands.executeCommand(fix.command.command, ...(fix.command.arguments ?? []));
      }
      return;
    }
    if (end < Date.now()) {
      throw new Problem(`The fix “${title}” is no longer offered there.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function findFix(uri: Uri, row: number, code: string, title: string): Promise<CodeAction | undefined> {
  const here = languages
    .getDiagnostics(uri)
    .find((each) => each.source === SOURCE && codeOf(each) === code && isOn(each, row - 1));
  const offered =
    here &&
    (await commands.executeCommand<CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      here.range,
      'quickfix',
      MOST_FIXES,
    ));
  return offered?.find((each) => each.title === title);
}

const MOST_FIXES = 20;

function isOn({ range }: Diagnostic, line: number): boolean {
  return range.start.line <= line && line <= range.end.line;
}

async function explainText(
  { server, pages, explanation }: Explaining,
  given: string,
  nothing = 'Select the error, or put the cursor on a finding.',
): Promise<void> {
  const text = given.trim().slice(-MOST_CHARACTERS);
  if (!text) {
    throw new Problem(nothing);
  }
  const answer = await server.ask<Answer>('explain', text).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem(reason, error instanceof Problem ? error.remedies : [searchFor(text)]);
  });
  await (answer.explanations ? explanation.show(text, answer) : pages.open(answer.code));
}

function searchFor(text: string): Remedy {
  const line = text.split(/\r?\n/).at(-1)?.slice(0, 200);
  return {
    title: 'Search the Catalog',
    apply: () => commands.executeCommand('bugcatalog.searchCatalog', line),
  };
}

/** What a command puts on the clipboard, whose content is then as before. */
async function copied(command: string): Promise<string> {
  const before = await env.clipboard.readText();
  await env.clipboard.writeText('');
  try {
    await commands.executeCommand(command);
    return await env.clipboard.readText();
  } finally {
    await env.clipboard.writeText(before);
  }
}

/** Whether a document is what a program has said, rather than its source. */
function isOutput(document: TextDocument): boolean {
  return document.languageId === 'log' || document.languageId === 'plaintext';
}

/** The record of a log that a line belongs to, with the traceback in it; where there are no records, what is around. */
function errorAt(document: TextDocument, line: number): string {
  let first = line;
  while (0 < first && line - first < MOST_LINES && !beginsRecord(document.lineAt(first).text)) {
    first -= 1;
  }
  let last = line + 1;
  while (last < document.lineCount && last - line < MOST_LINES && !beginsRecord(document.lineAt(last).text)) {
    last += 1;
  }
  return document.getText(new Range(first, 0, last, 0));
}

const MOST_LINES = 400;

/** Whether a line has a time at its beginning, as the records of most logs do. */
function beginsRecord(line: string): boolean {
  return /^\W?(?:[\w.-]+ ?[:|] ?)?\W?\d{2,4}[-/.:]\d{2}[-/.:]\d{2}/.test(line);
}
