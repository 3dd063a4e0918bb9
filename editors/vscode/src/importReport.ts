/** *Import Report*: an incident report becomes pages of the catalog, once the user has seen which. */
import { ProgressLocation, Uri, window, workspace } from 'vscode';
import { ServerCommand } from './discovery';
import { copy, Problem } from './problem';
import { lastLine, run } from './run';
import { Server } from './server';

/** What the command line tells of a report. */
interface Imported {
  report: string;
  bugs: Landed[];
  left_over: string | null;
}

interface Landed {
  title: string;
  landed: 'entry' | 'case' | 'known' | 'left over';
  code: string | null;
  page: string | null;
  reason: string | null;
  adds: string | null;
  rules: { kept: boolean; matches: number }[];
}

const WRITE = 'Write the Pages';
const WITH_RULES = 'Write Them with the Rules';
const SECONDS_TO_READ = 300;

/** Import the report that is given, shown or chosen; `answer` stands for the user's, for key bindings and tests. */
export async function importReport(server: Server, given?: unknown, answer?: unknown): Promise<void> {
  const report = given instanceof Uri ? given : ((await shown()) ?? (await chosen()));
  if (!report) {
    return;
  }
  const folder = workspace.getWorkspaceFolder(report) ?? workspace.workspaceFolders?.[0];
  if (!folder) {
    throw new Problem('Open a folder first: what a report becomes goes to its `.bugcatalog/`.');
  }
  const command = server.command;
  if (!command) {
    throw new Problem('The server is not running.');
  }
  await workspace.textDocuments.find(({ uri }) => uri.toString() === report.toString())?.save();
  const arguments_ = ['catalog', 'import', report.fsPath, '--output-format', 'json'];
  const ask = (...options: string[]): Promise<Imported[]> =>
    told(command, [...arguments_, ...options], folder.uri.fsPath);
  const plan = await ask('--dry-run');
  const bugs = plan.flatMap((each) => each.bugs);
  const pages = pagesOf(plan);
  if (!pages.length) {
    throw new Problem(nothingToWrite(bugs));
  }
  const wanted = typeof answer === 'string' ? answer : await confirm(plan, pages.length);
  if (wanted === WRITE || wanted === WITH_RULES) {
    await ask(...(wanted === WITH_RULES ? ['--keep-rules'] : []));
    for (const page of pages.slice(0, MOST_SHOWN).reverse()) {
      await window.showTextDocument(Uri.joinPath(folder.uri, page), { preview: false });
    }
  }
}

const MOST_SHOWN = 5;

/** The document in the editor, where it may be a report. */
async function shown(): Promise<Uri | undefined> {
  const document = window.activeTextEditor?.document;
  const isReport = document && ['markdown', 'plaintext'].includes(document.languageId);
  if (isReport && document.isUntitled) {
    await document.save();
  }
  return isReport && document.uri.scheme === 'file' ? document.uri : undefined;
}

async function chosen(): Promise<Uri | undefined> {
  const found = await window.showOpenDialog({
    title: 'The incident report',
    openLabel: 'Import',
    filters: { Reports: ['md', 'markdown', 'txt', 'rst', 'html'], 'All files': ['*'] },
  });
  return found?.[0];
}

async function told(command: ServerCommand, parameters: string[], folder: string): Promise<Imported[]> {
  const { program } = command;
  const before = command.parameters.slice(0, -1);
  const title = 'Bug Catalog: reading the report';
  const answer = await window.withProgress({ location: ProgressLocation.Notification, title }, () =>
    run(program, [...before, ...parameters], { seconds: SECONDS_TO_READ, cwd: folder }),
  );
  if (answer.code !== 0) {
    const reason = lastLine(answer.stderr) || 'the command line gave no reason';
    const line = [program, ...before, ...parameters].join(' ');
    throw new Problem(`The report could not be imported: ${reason}`, [copy(line)]);
  }
  return JSON.parse(answer.stdout) as Imported[];
}

async function confirm(plan: readonly Imported[], n: number): Promise<string | undefined> {
  const bugs = plan.flatMap((each) => each.bugs);
  const lines = bugs.slice(0, MOST_LINES).map(lineOf);
  if (MOST_LINES < bugs.length) {
    lines.push(`… and ${bugs.length - MOST_LINES} more`);
  }
  const leftOver = plan.map((each) => each.left_over).filter(Boolean);
  if (leftOver.length) {
    lines.push(`What lands nowhere is listed in ${leftOver.join(', ')}.`);
  }
  const hasRules = bugs.some(({ rules }) => rules.length);
  return await window.showInformationMessage(
    `Write ${n === 1 ? 'one page' : `${n} pages`} from ${bugs.length === 1 ? 'one bug' : `${bugs.length} bugs`}?`,
    { modal: true, detail: lines.join('\n\n') },
    WRITE,
    ...(hasRules ? [WITH_RULES] : []),
  );
}

const MOST_LINES = 12;

function lineOf({ title, landed, code, adds, reason, rules }: Landed): string {
  const matches = rules.map((rule) => rule.matches);
  const proposed = matches.length ? `; a rule is proposed that matches ${matches[0]} places here` : '';
  switch (landed) {
    case 'entry':
      return `${title}: new entry ${code}${proposed}`;
    case 'case':
      return `${title}: adds ${adds ?? 'a case'} to ${code}`;
    default:
      return `${title}: ${reason ?? 'nothing to do'}`;
  }
}

function pagesOf(plan: readonly Imported[]): string[] {
  const pages = plan.flatMap(({ bugs }) =>
    bugs
      .filter(({ landed }) => landed === 'entry' || landed === 'case')
      .flatMap(({ page }) => (page ? [page] : [])),
  );
  return [...new Set(pages)];
}

function nothingToWrite(bugs: readonly Landed[]): string {
  return bugs.length
    ? `The catalog has all of this report: ${bugs.map(({ title, code }) => `${title} (${code})`).join('; ')}.`
    : 'No bug is told in this report.';
}
