// Do what a new user does after the build: `npm run try`, then look at what is found.
// usage: try_it.mjs SCENARIO.json
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { freePort, openBrowser, untilHealthy } from './workbench.mjs';

const scenario = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const port = await freePort();
const environment = { ...process.env, ...scenario.environment, PORT: String(port) };
const trial = spawn('npm', ['run', 'try'], {
  cwd: scenario.extension,
  env: environment,
  detached: true,
  stdio: ['ignore', 'pipe', 'inherit'],
});
let said = '';
const address = await new Promise((resolve, reject) => {
  trial.stdout.on('data', (data) => {
    said += data;
    const found = /Open (\S+)/.exec(said);
    if (found) resolve(found[1]);
  });
  trial.once('exit', (code) => reject(new Error(`npm run try ended with ${code}: ${said}`)));
});
const browser = await openBrowser();
const page = await browser.newPage({ viewport: { width: 1180, height: 760 } });
page.setDefaultTimeout(scenario.seconds * 1000);
const seen = {};
let code = 0;
try {
  await untilHealthy(`http://127.0.0.1:${port}/healthz`);
  await page.goto(address);
  // The server has no environment yet: one is made first, by nothing but an interpreter.
  await page.locator('.squiggly-warning, .squiggly-error').first().waitFor();
  const status = page.locator('[id="bugcatalog.bugcatalog.bugcatalog.status"]');
  await status.filter({ hasText: /\d/ }).waitFor();
  const tooltip = page.locator('.monaco-hover', { hasText: 'Server' }).first();
  for (let attempt = 1; ; attempt += 1) {
    await status.hover();
    try {
      await tooltip.waitFor({ timeout: 5000 });
      break;
    } catch (error) {
      // The item is drawn anew while the server starts, and then no longer knows of the pointer.
      if (attempt === 5) throw error;
      await page.mouse.move(0, 0);
    }
  }
  seen.tooltip = await tooltip.innerText();
  await page.keyboard.press('Control+Shift+M');
  const problems = page.locator('.markers-panel .monaco-list-row', { hasText: /BC\d/ });
  await problems.first().waitFor();
  seen.problems = (await problems.allInnerTexts()).join('\n');
} catch (error) {
  console.log(error.stack);
  code = 1;
} finally {
  await page.screenshot({ path: path.join(scenario.folder, 'first-sight.png') });
  fs.writeFileSync(path.join(scenario.folder, 'seen.json'), JSON.stringify(seen));
  await browser.close();
  process.kill(-trial.pid, 'SIGTERM');
}
process.exit(code);
