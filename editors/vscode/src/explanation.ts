/** The explanation of an error, read beside the code: its entry, the guilty lines, and their fixes. */
import { commands, Disposable, extensions, Uri, ViewColumn, WebviewPanel, window, workspace } from 'vscode';
import { withLinks } from './entries';
import { Server } from './server';

/** What the server answers to `explain`: rows and columns are from 1. */
export interface Answer {
  code: string;
  name: string;
  explanations?: Explanation[];
  /** Whether a workspace is still being read, so that places may be missing. */
  reading?: boolean;
}

interface Explanation {
  code: string;
  name: string;
  score: number;
  reason: string;
  locations: Location[];
}

interface Location {
  path: string;
  row: number;
  column: number;
  message: string;
  fixes: string[];
}

/** Commands that the page's links may run. */
const LINKED = ['openEntry', 'goTo', 'applyFix'].map((name) => `bugcatalog.${name}`);
const PAUSE_MILLISECONDS = 500;
const MARKDOWN = 'vscode.markdown-language-features';

export class ExplanationPanel implements Disposable {
  private panel: WebviewPanel | undefined;
  private text = '';
  /** The page as it is shown; for the tests. */
  html = '';

  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly server: Server) {}

  /** Look again at what is explained, after something has been mended or read. */
  async refresh(): Promise<void> {
    const { panel, text } = this;
    if (panel) {
      const answer = await this.server.ask<Answer>('explain', text);
      if (panel === this.panel && text === this.text) {
        await this.show(text, answer);
      }
    }
  }

  /** Show what explains an error; `text` is what the user has in hand. */
  async show(text: string, answer: Answer): Promise<void> {
    const isNew = text !== this.text || !this.panel;
    this.text = text;
    const explanations = answer.explanations ?? [];
    const pages = await Promise.all(explanations.map(({ code }) => this.pageOf(code)));
    const parts = [quote(text)];
    for (const [rank, explanation] of explanations.entries()) {
      parts.push(await section(explanation, pages[rank] ?? '', rank === 0));
    }
    const panel = (this.panel ??= this.createPanel());
    panel.title = `${answer.code} explains it`;
    const html = document(panel, parts.join('\n'));
    if (html !== this.html) {
      this.html = panel.webview.html = html;
    }
    if (isNew && !panel.visible) {
      panel.reveal(undefined, true);
    }
    clearTimeout(this.timer);
    if (answer.reading) {
      this.timer = setTimeout(() => void this.refresh().catch(() => undefined), PAUSE_MILLISECONDS);
    }
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private async pageOf(code: string): Promise<string> {
    return (await this.server.ask<{ markdown: string }>('explain', code)).markdown;
  }

  private createPanel(): WebviewPanel {
    const panel = window.createWebviewPanel(
      'bugcatalog.explanation',
      'Explanation',
      { viewColumn: ViewColumn.Beside, preserveFocus: true },
      { enableCommandUris: LINKED, enableFindWidget: true, localResourceRoots: styleFolders() },
    );
    panel.onDidDispose(() => {
      clearTimeout(this.timer);
      this.panel = undefined;
      this.html = '';
    });
    return panel;
  }
}

/** One entry: the best with what its page says of cause and cure, the others with what is wrong. */
async function section(explanation: Explanation, page: string, isBest: boolean): Promise<string> {
  const { code, name, reason, locations } = explanation;
  const { title, summary, sections } = partsOf(page);
  const places = locations.map((place) => `<li>${shown(place, code)}</li>`);
  const linked = (text: string): Promise<string> => rendered(withLinks(text, code, commandOf));
  return [
    isBest ? '<section class="best">' : '<section class="other">',
    isBest ? `<h1>${escaped(title)}</h1>` : `<h2>${escaped(title)}</h2>`,
    `<p class="why">${link('openEntry', [code], `${code} ${name}`)} · ${inline(reason)}</p>`,
    await linked(summary),
    places.length ? `<ul class="places">${places.join('')}</ul>` : '',
    isBest ? await linked(sections) : '',
    isBest ? `<p>${link('openEntry', [code], 'Open the entry')}</p>` : '',
    '</section>',
  ].join('\n');
}

/** Sections of a page that whoever has met its error can do without: they stand on the entry's own page. */
const LEFT_OUT = /^## (Symptom|How to spot it|Flagged|Fixed|Accepted)\b/;

/** A page's title, the sentence that says what is wrong, and the sections worth reading here. */
function partsOf(page: string): { title: string; summary: string; sections: string } {
  const [head = '', ...sections] = page.split(/^(?=## )/m);
  const [title = '', , summary = ''] = head.split('\n\n');
  return {
    title: title.replace(/^# /, '').trim(),
    summary,
    sections: sections.filter((each) => !LEFT_OUT.test(each)).join(''),
  };
}

/** A guilty line with a link to it, and its fixes as links that apply them. */
function shown({ path, row, column, message, fixes }: Location, code: string): string {
  const place = `${workspace.asRelativePath(Uri.file(path))}:${row}`;
  const mend = fixes.map((title) => link('applyFix', [path, row, column, code, title], title, 'fix'));
  return `${link('goTo', [path, row, column], place, 'place')} ${escaped(message)}${mend.join('')}`;
}

function link(command: string, values: unknown[], text: string, kind = ''): string {
  return `<a class="${kind}" href="${escaped(uriOf(command, values))}">${escaped(text)}</a>`;
}

function uriOf(command: string, values: unknown[]): string {
  return `command:bugcatalog.${command}?${encodeURIComponent(JSON.stringify(values))}`;
}

function commandOf(code: string): string {
  return uriOf('openEntry', [code]);
}

/** The error itself, cut to what one recognises it by. */
function quote(text: string): string {
  const lines = text.trim().split(/\r?\n/);
  const kept = lines.length <= MOST_LINES ? lines : ['…', ...lines.slice(-MOST_LINES)];
  return `<details><summary>The error</summary><pre><code>${escaped(kept.join('\n'))}</code></pre></details>`;
}

const MOST_LINES = 40;

async function rendered(markdown: string): Promise<string> {
  try {
    return await commands.executeCommand<string>('markdown.api.render', markdown);
  } catch {
    // Somebody has switched the built-in Markdown extension off.
    return `<pre>${escaped(markdown)}</pre>`;
  }
}

/** The editor's own styles of rendered Markdown, where its extension is there. */
function styleFolders(): Uri[] {
  const markdown = extensions.getExtension(MARKDOWN);
  return markdown ? [Uri.joinPath(markdown.extensionUri, 'media')] : [];
}

function document({ webview }: WebviewPanel, body: string): string {
  const styles = styleFolders().flatMap((folder) =>
    ['markdown.css', 'highlight.css'].map(
      (name) =>
        `<link rel="stylesheet" href="${webview.asWebviewUri(Uri.joinPath(folder, name)).toString()}">`,
    ),
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource} 'unsafe-inline'">
${styles.join('\n')}
<style>
  body { padding: 0 1.6em 2em; line-height: 1.5; }
  .why { color: var(--vscode-descriptionForeground); }
  .places { list-style: none; padding: 0; }
  .places li {
    margin: 0.5em 0; padding: 0.5em 0.8em;
    border-left: 3px solid var(--vscode-focusBorder); background: var(--vscode-textBlockQuote-background);
  }
  .place { font-family: var(--vscode-editor-font-family); margin-right: 0.5em; }
  .fix {
    display: block; width: fit-content; margin-top: 0.5em; padding: 0.2em 0.7em; border-radius: 2px;
    color: var(--vscode-button-foreground); background: var(--vscode-button-background); text-decoration: none;
  }
  .fix:hover { color: var(--vscode-button-foreground); background: var(--vscode-button-hoverBackground); }
  .other { margin-top: 2em; border-top: 1px solid var(--vscode-widget-border, var(--vscode-panel-border)); }
  details { margin: 1em 0; color: var(--vscode-descriptionForeground); }
</style>
</head>
<body class="vscode-body">
${body}
</body>
</html>`;
}

/** Text with what stands between backticks as code. */
function inline(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function escaped(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign,
  );
}
