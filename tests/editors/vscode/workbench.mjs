// A real VS Code workbench: code-server with Chromium before it, both in folders of their own.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ENTRY = path.join(HERE, 'node_modules/code-server/out/node/entry.js');
const SECONDS_TO_START = 60;

const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'window.commandCenter': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.ignoreRecommendations': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'editor.minimap.enabled': false,
  'editor.hover.delay': 100,
  'security.workspace.trust.startupPrompt': 'never',
};

/** Start a workbench on `workspace`; `stop` ends all of it. */
export async function startWorkbench({ folder, extensions, workspace, settings = {}, ...others }) {
  const { machineSettings = {}, flags = [], trusted = true } = others;
  const user = path.join(folder, 'user');
  writeSettings(path.join(user, 'User'), { ...SETTINGS, ...settings });
  writeSettings(path.join(user, 'Machine'), machineSettings);
  fs.writeFileSync(path.join(folder, 'config.yaml'), '');
  const port = await freePort();
  const server = spawn(
    process.execPath,
    [
      ENTRY,
      ...['--config', path.join(folder, 'config.yaml'), '--user-data-dir', user, '--extensions-dir', extensions],
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check'],
      ...['--disable-getting-started-override', ...(trusted ? ['--disable-workspace-trust'] : []), ...flags],
      workspace,
    ],
    { env: serverEnvironment(), detached: true, stdio: ['ignore', fs.openSync(path.join(folder, 'server.log'), 'w'), 'inherit'] },
  );
  const browser = await openBrowser();
  const stop = async () => {
    await browser.close().catch(() => undefined);
    try {
      process.kill(-server.pid, 'SIGTERM');
    } catch {
      // It has ended already.
    }
  };
  const host = `127.0.0.1:${port}`;
  try {
    await untilHealthy(`http://${host}/healthz`);
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, browser, user, stop, address: (payload) => address(host, workspace, payload) };
}

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}

function writeSettings(folder, settings) {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings));
}

/** The address of a window on the workspace. */
function address(host, workspace, payload) {
  const kind = workspace.endsWith('.code-workspace') ? 'workspace' : 'folder';
  const query = new URLSearchParams({ [kind]: workspace, payload: JSON.stringify(payload) });
  return `http://${host}/?${query}`;
}

/** A file or folder of the server's machine, as a window's payload names it. */
export function remote(host, file) {
  return `vscode-remote://${host}${file}`;
}

function serverEnvironment() {
  // Nothing of a surrounding VS Code, and no gallery: the network is not asked for extensions.
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('VSCODE_'));
  const gallery = JSON.stringify({ serviceUrl: '', itemUrl: '', resourceUrlTemplate: '' });
  return { ...Object.fromEntries(kept), EXTENSIONS_GALLERY: gallery };
}

export async function untilHealthy(url) {
  for (const end = Date.now() + SECONDS_TO_START * 1000; Date.now() < end; ) {
    try {
      if ((await fetch(url)).ok) {
        return;
      }
    } catch {
      // Not yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`code-server did not start in ${SECONDS_TO_START} s`);
}

export function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
