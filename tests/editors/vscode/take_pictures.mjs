// Use the extension as a person does, in the browser, and take a picture of each thing worth seeing.
// usage: take_pictures.mjs SCENARIO.json
import * as fs from 'node:fs';
import * as path from 'node:path';
import { remote, startWorkbench } from './workbench.mjs';

const scenario = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const pictures = path.join(scenario.folder, 'pictures');
fs.mkdirSync(pictures, { recursive: true });
const seen = {};

const workbench = await startWorkbench(scenario);
const page = await workbench.browser.newPage({ viewport: { width: 1180, height: 760 } });
page.setDefaultTimeout(30_000);

/** Save what stands in the editor, and read the file once it holds `text`.
 * The tab may not be marked as changed yet when the key comes, and a file that saves itself never is. */
async function save(name, text) {
  const file = path.join(scenario.workspace, name);
  const until = Date.now() + 30_000;
  for (;;) {
    await page.keyboard.press('Control+S');
    await page.waitForTimeout(300);
    const saved = fs.readFileSync(file, 'utf8');
    if (saved.includes(text) || Date.now() > until) return saved;
  }
}

async function show(name) {
  await page.waitForTimeout(500);
  await page.screenshot({ path: path.join(pictures, `${name}.png`) });
}

/** Answer the box at the top: type, wait for the row, take it. */
async function answer(key, text, row) {
  const rows = page.locator('.quick-input-widget .monaco-list-row:visible', { hasText: row });
  for (let attempt = 1; ; attempt += 1) {
    await page.keyboard.press(key);
    const input = page.locator('.quick-input-widget:visible input').first();
    try {
      await input.waitFor({ timeout: 5000 });
      await input.pressSequentially(text, { delay: 10 });
      if (row) await rows.first().waitFor({ timeout: 5000 });
      break;
    } catch (error) {
      // The key may have gone to what had the focus before, and the text may have come before the box was ready.
      if (attempt === 5) throw error;
      await page.keyboard.press('Escape');
      await page.waitForTimeout(300);
    }
  }
  if (row) await page.waitForTimeout(200);
  await page.keyboard.press('Enter');
}

/** Open a file by name. */
async function open(name) {
  await answer('Control+P', name, name);
  await page.locator('.tab.active', { hasText: name }).waitFor();
}

async function command(title) {
  await answer('F1', title, title);
}

/** Go to a line and column, and show what hovers there. */
async function go(line, column) {
  await answer('Control+G', `${line}:${column}`);
  await page.locator('.statusbar-item', { hasText: `Ln ${line}, Col ${column}` }).waitFor();
  await page.waitForTimeout(300);
}

/** Open the menu of quick fixes; its rows. */
async function offer() {
  const rows = page.locator('.action-widget .monaco-list-row');
  for (let attempt = 0; attempt < 10 && !(await rows.count()); attempt += 1) {
    // A keystroke may come before the editor has its focus back.
    await page.keyboard.press('Control+.');
    await rows.first().waitFor({ timeout: 3000 }).catch(() => undefined);
  }
  return await rows.allInnerTexts();
}

async function choose(title) {
  await page.locator('.action-widget .monaco-list-row', { hasText: title }).first().click();
}

const steps = {
  async squiggles() {
    await page.locator('.squiggly-warning').first().waitFor();
    await page.locator('.statusbar-item', { hasText: /^\s*\d+/ }).first().waitFor();
    await show('squiggles');
    seen.status = await page.locator('[id="bugcatalog.bugcatalog.bugcatalog.status"]').innerText();
  },
  async hover() {
    await go(6, 16);
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+I');
    const hover = page.locator('.monaco-hover:not(.hidden) .hover-contents').first();
    await hover.waitFor();
    await page.waitForTimeout(500);
    seen.hover = (await page.locator('.monaco-hover:not(.hidden)').allInnerTexts()).join('\n');
    await show('hover');
  },
  async 'the code of the problem leads to the page'() {
    await page.locator('.monaco-hover a.code-link').first().click();
    await page.locator('.tab.active', { hasText: 'BC201 missing-timeout' }).waitFor();
    const content = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await content.locator('h1').waitFor();
    seen.page = await content.locator('body').innerText();
    await show('entry');
    const link = content.locator('a[href*="BC"]').first();
    seen.links = await content.locator('a').evaluateAll((all) => all.map((each) => each.getAttribute('href')));
    if (await link.count()) {
      const code = (await link.innerText()).trim();
      await link.click();
      await page.locator('.tab.active', { hasText: code }).waitFor();
      await content.locator('h1').waitFor();
      seen.followed = await content.locator('body').innerText();
      await show('followed');
    }
    await page.locator('.tab.active').click();
    await command('View: Close All Editors');
  },
  async 'quick fixes'() {
    await open('client.py');
    await page.locator('.squiggly-warning').first().waitFor();
    await go(6, 16);
    seen.fixes = await offer();
    await show('quick-fixes');
    await choose('timeout=10');
    await page.locator('.view-line', { hasText: 'timeout=10' }).first().waitFor();
  },
  async 'ignoring asks for the reason'() {
    await go(8, 8);
    await offer();
    await choose('Ignore BC201');
    await page.locator('.quick-input-widget', { hasText: 'Why is this no bug here?' }).waitFor();
    await page.keyboard.type('a proxy sets the deadline', { delay: 10 });
    await show('reason');
    await page.keyboard.press('Enter');
    await page.locator('.view-line', { hasText: 'deadline' }).first().waitFor();
    seen.mended = await save('client.py', 'deadline');
    await page.locator('.tab.dirty').waitFor({ state: 'detached' });
    await show('mended');
  },
  async 'a traceback is explained beside it'() {
    await command('View: Close All Editors');
    await open('crash.txt');
    await page.keyboard.press('Control+B');
    await command('Bug Catalog: Explain the Selected Error');
    await page.locator('.tab.active, .tab', { hasText: 'BC502 explains it' }).first().waitFor();
    const content = page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await content.locator('a.place').first().waitFor();
    seen.explanation = await content.locator('body').innerText();
    await show('explanation');
    await content.locator('a.place').first().click();
    await page.locator('.statusbar-item', { hasText: 'Ln 10, Col 12' }).waitFor();
    await show('guilty-line');
    await content.locator('a.fix').first().click();
    await page.locator('.view-line', { hasText: 'encoding="utf-8"' }).first().waitFor();
    seen.applied = await save('client.py', 'encoding="utf-8"');
    await page.locator('.tab.dirty').waitFor({ state: 'detached' });
    await show('applied');
    await content.locator('a.fix').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+B');
    await command('View: Close All Editors');
  },
  async 'a log tells its entries'() {
    await open('app.log');
    await page.locator('.squiggly-info').first().waitFor();
    await go(8, 40);
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+I');
    const hover = page.locator('.monaco-hover:not(.hidden)', { hasText: 'BC703 column-without-migration' }).first();
    await hover.waitFor();
    seen.log = await hover.innerText();
    await show('log');
    await page.keyboard.press('Escape');
  },
  async 'a new entry from what is selected'() {
    await open('cache.py');
    await go(3, 1);
    await page.keyboard.press('Shift+End');
    await command('Bug Catalog: New Entry from Selection');
    await page.locator('.tab.active', { hasText: /TEAM-\d+-/ }).waitFor();
    await page.keyboard.press('Control+S');
    await page.locator('.tab.dirty').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+Home');
    const lens = page.locator('.codelens-decoration', { hasText: /^1 match in the workspace$/ });
    await lens.waitFor();
    await show('new-entry');
    await lens.locator('a').click();
    await page.locator('.peekview-widget').waitFor();
    await show('rule-matches');
    await page.keyboard.press('Escape');
  },
  async 'a report is imported once its user has seen what becomes of it'() {
    await open('report.md');
    await command('Bug Catalog: Import an Incident Report');
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    seen.asked = await dialog.innerText();
    await show('import');
    await dialog.locator('.monaco-button', { hasText: /^Write the Pages$/ }).click();
    await page.locator('.tab', { hasText: 'BC201-missing-timeout.md' }).waitFor();
    await show('imported');
    await command('View: Close All Editors');
  },
  async 'a fix creates the migration'() {
    await open('models.py');
    await page.locator('.squiggly-error, .squiggly-warning').first().waitFor();
    await go(11, 6);
    await offer();
    await show('migration-offer');
    await choose('Write a revision');
    await page.locator('.tab.active', { hasText: '0002' }).waitFor();
    await page.keyboard.press('Control+S');
    await show('migration');
    const folder = path.join(scenario.workspace, 'migrations/versions');
    const made = fs.readdirSync(folder).find((name) => name.startsWith('0002'));
    seen.migration = made ? fs.readFileSync(path.join(folder, made), 'utf8') : '';
  },
  async 'the catalog'() {
    await page.locator('.activitybar .action-item a[aria-label^="Bug Catalog"]').click({ force: true });
    await page.locator('.monaco-list-row', { hasText: 'Resilience' }).first().waitFor();
    await page.waitForTimeout(500);
    seen.catalog = await page.locator('.sidebar .monaco-list-row').allInnerTexts();
    await show('catalog');
  },
  async search() {
    await command('Bug Catalog: Search the Catalog');
    await page.locator('.quick-input-widget .monaco-list-row:visible', { hasText: 'TEAM-1' }).first().waitFor();
    await page.keyboard.type('pool runs dry', { delay: 20 });
    await page.waitForTimeout(1000);
    seen.search = await page.locator('.quick-input-widget .monaco-list-row:visible').allInnerTexts();
    await show('search');
    await page.keyboard.press('Escape');
  },
  async walkthrough() {
    await command('View: Close All Editors');
    await command('Welcome: Open Walkthrough');
    await page.locator('.quick-input-widget .monaco-list-row:visible', { hasText: 'Bug Catalog' }).first().waitFor();
    await page.keyboard.type('Bug Catalog');
    await page.keyboard.press('Enter');
    await page.locator('.getting-started-step').first().waitFor();
    await page.setViewportSize({ width: 1600, height: 900 });
    await page.waitForTimeout(1000);
    for (const step of ['find', 'read', 'mend', 'explain', 'own']) {
      await page.locator(`.getting-started-step[data-step-id$="#start#${step}"]`).click();
      await show(`walkthrough-${step}`);
    }
  },
  async settings() {
    await page.keyboard.press('Control+,');
    const search = page.locator('.settings-editor .suggest-input-container');
    await search.waitFor();
    await search.click();
    await page.keyboard.type('bugcatalog.', { delay: 20 });
    await page.locator('.setting-item-label', { hasText: 'Baseline' }).first().waitFor();
    await show('settings');
    seen.settings = await page.locator('.setting-item-label').allInnerTexts();
  },
  async status() {
    await page.keyboard.press('Escape');
    await page.locator('.settings-editor').waitFor({ state: 'hidden' });
    await page.locator('[id="bugcatalog.bugcatalog.bugcatalog.status"]').hover();
    const tooltip = page.locator('.monaco-hover', { hasText: 'Server' }).first();
    await tooltip.waitFor();
    await show('status');
    seen.tooltip = await tooltip.innerText();
  },
};

let code = 0;
try {
  const { host } = workbench;
  await page.goto(workbench.address([['openFile', remote(host, path.join(scenario.workspace, 'client.py'))]]));
  await page.locator('.monaco-workbench .tab.active').waitFor();
  for (const [name, step] of Object.entries(steps)) {
    seen.step = name;
    await step();
  }
  delete seen.step;
} catch (error) {
  seen.problem = String(error.stack ?? error);
  await page.screenshot({ path: path.join(pictures, 'problem.png') });
  code = 1;
} finally {
  fs.writeFileSync(path.join(scenario.folder, 'seen.json'), JSON.stringify(seen, undefined, 1));
  await workbench.stop();
}
process.exit(code);
