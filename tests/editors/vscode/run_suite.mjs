// Run a suite of tests in the extension host of a real workbench; the exit code is theirs.
// usage: run_suite.mjs SCENARIO.json
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { remote, startWorkbench } from './workbench.mjs';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const scenario = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
Object.assign(process.env, scenario.environment);
process.env.BUGCATALOG_SUITE = scenario.suite;
process.env.BUGCATALOG_STORAGE = path.join(scenario.folder, 'user/User/globalStorage');
process.env.BUGCATALOG_REPORT = path.join(scenario.folder, 'report.jsonl');

const workbench = await startWorkbench({ ...scenario, flags: ['--vscode-option', 'enable-smoke-test-driver'] });
let code = 1;
try {
  const { host } = workbench;
  const page = await workbench.browser.newPage({ permissions: ['clipboard-read', 'clipboard-write'] });
  const ended = new Promise((resolve) => page.exposeFunction('codeAutomationExit', resolve));
  await page.exposeFunction('codeAutomationLog', (level, values) => console.log(level, ...values));
  const late = new Promise((resolve) => setTimeout(() => resolve('too late'), scenario.seconds * 1000));
  await page.goto(
    workbench.address([
      ['extensionDevelopmentPath', remote(host, path.join(HERE, 'extensions/host'))],
      ['extensionTestsPath', remote(host, path.join(HERE, 'suites/index.js'))],
    ]),
  );
  const outcome = await Promise.race([ended, late]);
  console.log('ended with', outcome);
  if (outcome === 'too late') {
    await page.screenshot({ path: path.join(scenario.folder, 'late.png') });
  }
  code = outcome === 0 ? 0 : 1;
} finally {
  await workbench.stop();
}
process.exit(code);
