import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { newStoreKey } from '../../src/node/store/storeKey.js';

const command = path.join(__dirname, '..', '..', 'src', 'headless', 'headlessCommand.js');

/** How a process ended, and all that it said. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly said: string;
}

/** One run of the command, as a process of its own. */
export class HeadlessProcess {
  output = '';
  said = '';
  readonly ended: Promise<Ended>;
  #heard = Promise.withResolvers<undefined>();

  constructor(readonly child: ChildProcessWithoutNullStreams) {
    child.stdout.on('data', (chunk: Buffer) => this.#hear(() => (this.output += chunk.toString())));
    child.stderr.on('data', (chunk: Buffer) => this.#hear(() => (this.said += chunk.toString())));
    child.stdin.on('error', () => undefined);
    this.ended = once(child, 'close').then(([code]) => {
      this.#hear(() => undefined);
      return { code: code as number | null, output: this.output, said: this.said };
    });
  }

  /** What it says, once it matches. */
  async saying(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.said);
      if (found !== null) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`It ended without saying ${String(pattern)}, but:\n${this.said}`);
      await this.#heard.promise;
    }
  }

  type(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }

  #hear(note: () => void): void {
    note();
    this.#heard.resolve(undefined);
    this.#heard = Promise.withResolvers();
  }
}

/** A machine without an editor: a home, an environment, and the processes that run there. */
export class HeadlessMachine {
  readonly #processes: HeadlessProcess[] = [];
  /** Of every process; the key of the store is in it, and no keychain is on its path. */
  environment: Record<string, string>;

  constructor(readonly home: string) {
    this.environment = { PATH: '/nowhere', MCP_OAUTH_BROKER_STORE_KEY: newStoreKey() };
  }

  static async set(settings: object): Promise<HeadlessMachine> {
    const machine = new HeadlessMachine(await mkdtemp(path.join(os.tmpdir(), 'headless-')));
    await writeFile(path.join(machine.home, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
    return machine;
  }

  start(...args: readonly string[]): HeadlessProcess {
    const env = { ...this.environment, MCP_OAUTH_BROKER_HOME: this.home };
    const started = new HeadlessProcess(spawn(process.execPath, [command, ...args], { env }));
    this.#processes.push(started);
    return started;
  }

  /** Runs it to its end, with nothing to read. */
  run(...args: readonly string[]): Promise<Ended> {
    const started = this.start(...args);
    started.child.stdin.end();
    return started.ended;
  }

  /** All that its processes have said. */
  get heard(): string {
    return this.#processes.map(({ output, said }) => output + said).join('\n');
  }

  /** Every file of the home by its path there. */
  async files(): Promise<ReadonlyMap<string, Buffer>> {
    const entries = await readdir(this.home, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
    const read = files.map(async (file) => [path.relative(this.home, file), await readFile(file)] as const);
    return new Map(await Promise.all(read));
  }

  async close(): Promise<void> {
    for (const { child, ended } of this.#processes) {
      if (child.exitCode === null) child.kill('SIGKILL');
      await ended;
    }
    await rm(this.home, { recursive: true });
  }
}
