/** Links to the pages of entries, from diagnostics and hovers. */
import { Diagnostic, Hover, languages, MarkdownString, Uri } from 'vscode';

export const SCHEME = 'bugcatalog-entry';
export const SOURCE = 'bugcatalog';

const HEADER = /^\*\*([A-Z]+-?\d+) ([\w-]+)\*\* · [a-z]+$/gm;

/** The virtual document of an entry, which the editor opens in its Markdown preview. */
export function entryUri(code: string, name: string): Uri {
  return Uri.from({ scheme: SCHEME, path: `/${code} ${name}`.trim() + '.md' });
}

/** The diagnostic with its code's link leading to the rendered page, not to a file of the server's. */
export function linked(diagnostic: Diagnostic): Diagnostic {
  const code = diagnostic.code;
  if (typeof code === 'object') {
    const { name } = (diagnostic as { data?: { name?: string } }).data ?? {};
    diagnostic.code = { value: code.value, target: entryUri(String(code.value), name ?? '') };
  }
  return diagnostic;
}

/**
 * The note with a link to its page in its first line, and without the finding's own sentence, which
 * the editor shows above it anyway.
 */
export function withLinks(hover: Hover | null | undefined, document: Uri): Hover | null | undefined {
  const messages = languages
    .getDiagnostics(document)
    .filter(({ source }) => source === SOURCE)
    .map(({ message }) => message);
  for (const content of hover?.contents ?? []) {
    if (content instanceof MarkdownString) {
      content.value = content.value
        .split('\n\n')
        .filter((paragraph) => !messages.includes(paragraph.replaceAll('\\', '')))
        .join('\n\n')
        .replace(HEADER, (header, code: string) => `${header} · [Open the entry](${commandOf(code)})`);
    }
  }
  return hover;
}

function commandOf(code: string): string {
  return `command:bugcatalog.openEntry?${encodeURIComponent(JSON.stringify([code]))}`;
}
