/** A new page of the catalog: a file in `.bugcatalog/`, with the snippet of a page in it or what is selected. */
import * as fs from 'node:fs/promises';
import { ExtensionContext, languages, SnippetString, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import type { DocumentSelector, Position } from 'vscode';
import { DOCUMENTS } from './documents';
import { Problem } from './problem';
import { Server } from './server';

const CODE = /^[A-Z]+-?\d+$/;
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Open the page of a new entry. Code and name are asked for where a key binding gives none. */
export async function newEntry(
  context: ExtensionContext,
  givenCode?: unknown,
  givenName?: unknown,
): Promise<void> {
  const folders = workspace.workspaceFolders ?? [];
  if (!folders.length) {
    throw new Problem('Open a folder first: entries of your own live in its `.bugcatalog/`.');
  }
  const folder = folders.length === 1 ? folders[0] : await window.showWorkspaceFolderPick();
  const code = text(givenCode) ?? (folder && (await askFor('The code of the entry', 'TEAM-1', CODE)));
  const name =
    text(givenName) ??
    (code && (await askFor('Its name, which reads well after the word "ignore"', 'raw-cache-delete', NAME)));
  if (!folder || !code || !name) {
    return;
  }
  const page = Uri.joinPath(folder.uri, '.bugcatalog', `${code}-${name}.md`);
  const edit = new WorkspaceEdit();
  edit.createFile(page, { ignoreIfExists: true });
  await workspace.applyEdit(edit);
  const editor = await window.showTextDocument(page);
  if (!editor.document.getText().trim()) {
    const body = await snippetBody(context);
    await editor.insertSnippet(
      new SnippetString(body.replaceAll('TEAM-1', code).replace('short-name', name)),
    );
  }
}

/** Have the server draft page and rule from what is selected. */
export async function newEntryFromSelection(server: Server): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor || editor.selection.isEmpty) {
    throw new Problem('Select the code or the error that the entry is to be about.');
  }
  const { document, selection } = editor;
  const { start, end } = selection;
  // Of documents that the server doesn't see it gets the text.
  const isSeen = 0 < languages.match(DOCUMENTS as DocumentSelector, document);
  await server.ask('newEntry', {
    uri: document.uri.toString(),
    languageId: document.languageId,
    ...(isSeen ? { range: { start: place(start), end: place(end) } } : { text: document.getText(selection) }),
  });
}

function place({ line, character }: Position): { line: number; character: number } {
  return { line, character };
}

function text(given: unknown): string | undefined {
  return typeof given === 'string' ? given : undefined;
}

async function askFor(title: string, example: string, form: RegExp): Promise<string | undefined> {
  return await window.showInputBox({
    title,
    placeHolder: example,
    validateInput: (text) => (form.test(text) ? undefined : `Written like ${example}`),
  });
}

async function snippetBody(context: ExtensionContext): Promise<string> {
  const text = await fs.readFile(context.asAbsolutePath('snippets/catalog-page.json'), 'utf8');
  const snippets = JSON.parse(text) as Record<string, { body: string[] }>;
  return snippets['Catalog page']?.body.join('\n') ?? '';
}
