/** The server's life: started, stopped, and started again when it dies, more slowly each time. */
import { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { Disposable, EventEmitter, ExtensionContext } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { Channels } from './client';
import { findServer, ServerCommand } from './discovery';
import { Problem, show, TRY_AGAIN, warn } from './problem';

export type State = 'stopped' | 'starting' | 'running' | 'waiting' | 'failed';

const MOST_CRASHES = 5;
const MINUTES_TO_COUNT = 3;
const FIRST_PAUSE_SECONDS = 0.5;

export class Server implements Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  state: State = 'stopped';
  command: ServerCommand | undefined;
  /** How many long jobs are under way. */
  nJobs = 0;
  /** How often it was started; for the tests and for bug reports. */
  nStarts = 0;

  private client: LanguageClient | undefined;
  private child: ChildProcess | undefined;
  private crashes: number[] = [];
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> = Promise.resolve();
  private order: { always: boolean; done: Promise<void> } | undefined;

  constructor(
    private readonly context: ExtensionContext,
    private readonly channels: Channels,
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): Promise<void> {
    return this.inTurn(() => this.begin());
  }

  /** Stop it, look for a server again, and start that one. */
  restart(): Promise<void> {
    this.crashes = [];
    return this.renew(true);
  }

  /** Settings or interpreter have changed: restart, unless the server that runs is found again. */
  follow(): Promise<void> {
    return this.renew(false);
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.end());
  }

  dispose(): void {
    void this.stop();
    this.changed.dispose();
  }

  /** Run one of the server's commands. */
  async ask<T>(name: string, ...values: unknown[]): Promise<T> {
    await this.turn;
    if (!this.client || this.state !== 'running') {
      throw new Problem('The server is not running.', [TRY_AGAIN]);
    }
    const params = { command: `bugcatalog.${name}`, arguments: values };
    return await this.client.sendRequest<T>('workspace/executeCommand', params);
  }

  /** Orders that wait are one order: settings that change together cost one restart. */
  private renew(always: boolean): Promise<void> {
    const order = (this.order ??= { always, done: this.inTurn(() => this.carryOut()) });
    order.always ||= always;
    return order.done;
  }

  private async carryOut(): Promise<void> {
    const always = this.order?.always ?? true;
    this.order = undefined;
    if (!always && this.state === 'running') {
      const found = await findServer(this.context, this.channels.log).catch(() => undefined);
      if (found?.program === this.command?.program && found?.version === this.command?.version) {
        return;
      }
    }
    await this.end();
    await this.begin();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work, work);
    return this.turn;
  }

  private async begin(): Promise<void> {
    if (this.client) {
      return;
    }
    clearTimeout(this.timer);
    this.become('starting');
    try {
      const command = await findServer(this.context, this.channels.log);
      this.command = command;
      await this.run(command);
      this.become('running');
      await this.compareVersions(command);
    } catch (error) {
      if (error instanceof Problem) {
        this.become('failed');
        show(error, this.channels.log);
      } else {
        this.channels.log.error(`The server did not start: ${String(error)}`);
        this.crashed();
      }
    }
  }

  private async run(command: ServerCommand): Promise<void> {
    const folder = this.context.globalStorageUri.fsPath;
    await fs.mkdir(folder, { recursive: true });
    const { program, parameters, version, origin } = command;
    this.channels.log.info(`Starting ${program} ${parameters.join(' ')} (${version}, ${origin})`);
    this.nJobs = 0;
    this.nStarts += 1;
    // Loaded here, because it takes most of the time that an activation may take.
    const { createClient } = await import('./client.js');
    const client = createClient(command, folder, this.channels, {
      spawned: (child) => {
        this.child = child;
      },
      closed: () => this.closed(client),
      worked: (change) => {
        this.nJobs = Math.max(0, this.nJobs + change);
        this.changed.fire();
      },
    });
    try {
      await client.start();
    } catch (error) {
      await client.dispose().catch(() => undefined);
      throw error;
    }
    this.client = client;
  }

  private closed(client: LanguageClient): void {
    // While it starts, the failed start tells.
    if (client === this.client) {
      this.client = undefined;
      this.channels.log.warn('The server has ended unexpectedly.');
      this.crashed();
    }
  }

  private crashed(): void {
    const now = Date.now();
    this.crashes = [...this.crashes.filter((at) => now - at < MINUTES_TO_COUNT * 60_000), now];
    const n = this.crashes.length;
    if (MOST_CRASHES <= n) {
      this.become('failed');
      show(
        new Problem(`The server has ended ${n} times in a row; it is left alone now.`, [TRY_AGAIN]),
        this.channels.log,
      );
      return;
    }
    this.become('waiting');
    const pause = FIRST_PAUSE_SECONDS * 2 ** (n - 1);
    this.channels.log.info(`Starting it again in ${pause} s.`);
    this.timer = setTimeout(() => void this.start(), pause * 1000);
  }

  private async end(): Promise<void> {
    clearTimeout(this.timer);
    const client = this.client;
    this.client = undefined;
    await client?.dispose().catch((error: unknown) => this.channels.log.warn(String(error)));
    this.nJobs = 0;
    this.become('stopped');
  }

  /** Say once that server and extension are of different versions. */
  private async compareVersions(command: ServerCommand): Promise<void> {
    const own = (this.context.extension.packageJSON as { version: string }).version;
    const key = `told of ${command.version} with ${own}`;
    if (command.version === own || this.context.globalState.get(key)) {
      return;
    }
    await this.context.globalState.update(key, true);
    const where =
      command.origin === 'setting' ? 'that `bugcatalog.path` names' : 'of the selected interpreter';
    warn(
      `The server ${where} is version ${command.version}, the extension ${own}. ` +
        'Should something not work, bring both to the same version.',
    );
  }

  private become(state: State): void {
    this.state = state;
    this.changed.fire();
  }
}
