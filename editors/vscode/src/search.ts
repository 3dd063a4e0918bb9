/** The search box: entries that fit what is typed, best first, asked of the server as one types. */
import { QuickPickItem, window } from 'vscode';
import { compare, Entry } from './entries';
import { countsByCode } from './findings';
import { Server } from './server';

const PAUSE_MILLISECONDS = 80;

interface Item extends QuickPickItem {
  code: string;
}

/** The code that the user chooses; nothing where none is chosen. */
export async function chooseEntry(server: Server, words = ''): Promise<string | undefined> {
  const box = window.createQuickPick<Item>();
  box.title = 'Bug Catalog';
  box.placeholder = 'A code, an error message, or what goes wrong in plain words';
  box.value = words;
  let timer: NodeJS.Timeout | undefined;
  let newest = 0;
  const search = async (): Promise<void> => {
    newest += 1;
    const mine = newest;
    box.busy = true;
    try {
      const words = box.value.trim();
      const found = await server.ask<Entry[]>('searchCatalog', words);
      const entries = words ? found : found.sort(compare);
      if (mine === newest) {
        const counts = countsByCode();
        box.items = entries.map((entry) => itemOf(entry, counts.get(entry.code) ?? 0));
      }
    } finally {
      box.busy = mine !== newest;
    }
  };
  try {
    await search();
    return await new Promise<string | undefined>((resolve) => {
      box.onDidChangeValue(() => {
        clearTimeout(timer);
        timer = setTimeout(() => void search().catch(() => undefined), PAUSE_MILLISECONDS);
      });
      box.onDidAccept(() => resolve(box.selectedItems[0]?.code));
      box.onDidHide(() => resolve(undefined));
      box.show();
    });
  } finally {
    clearTimeout(timer);
    box.dispose();
  }
}

function itemOf(entry: Entry, n: number): Item {
  return {
    code: entry.code,
    label: `${entry.code} ${entry.name}`,
    description: n ? `${n} found` : '',
    detail: entry.title,
    // The server has matched; the box must not match again.
    alwaysShow: true,
  };
}
