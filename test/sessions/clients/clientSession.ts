import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { endProcessTree } from '../../host/processTree.js';
import { createStateDirectory, type StateDirectory } from '../../host/stateDirectory.js';
import { HeldModel, type Asked } from '../model/heldModel.js';
import type { ClientKind, ClientSetting } from './clientKinds.js';

/** No listener is there, so a client's requests to the internet fail at once. */
const nowhere = 'http://127.0.0.1:9';

/** One conversation of a real client in its own process, with a model that the test controls. */
export class ClientSession {
  #asked: Asked | undefined;
  #output = '';
  readonly #ended: Promise<number | null>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly model: HeldModel,
    private readonly state: StateDirectory,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-2_000)));
    this.#ended = once(child, 'close').then(([code]) => code as number | null);
    // Callers that await the end receive the reason.
    this.#ended.catch(() => undefined);
  }

  /** Starts the client with its prompt. */
  static async start(
    kind: Pick<ClientKind, 'prepare'>,
    setting: Omit<ClientSetting, 'home' | 'model'>,
  ): Promise<ClientSession> {
    const state = await createStateDirectory();
    const folder = path.join(state.path, 'folder');
    const home = path.join(state.path, 'home');
    await Promise.all([mkdir(folder), mkdir(home)]);
    const model = await HeldModel.start();
    const { command, env } = await kind.prepare(
      { ...setting, home, model: model.origin },
      'Work with my repositories.',
    );
    const [program, ...args] = command;
    const child = spawn(program, args, {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        USERPROFILE: home,
        TMPDIR: state.path,
        HTTPS_PROXY: nowhere,
        HTTP_PROXY: nowhere,
        NO_PROXY: '127.0.0.1,localhost',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    return new ClientSession(child, model, state);
  }

  /** Returns its latest output, to diagnose failures. */
  get output(): string {
    return this.#output.trim();
  }

  /** Returns the names of the tools that the model has now. */
  async offered(): Promise<readonly string[]> {
    return (await this.#turn()).tools.map(({ name }) => name);
  }

  /**
   * Makes the model call a tool of the server.
   *
   * @returns the result that the model receives
   */
  async call(tool: string, args: object = {}): Promise<string> {
    await this.begin(tool, args);
    return this.result();
  }

  /** Makes the model call a tool. {@link result} awaits its result. */
  async begin(tool: string, args: object = {}): Promise<void> {
    const asked = await this.#turn();
    const found = asked.tools.find(({ name }) => name.endsWith(tool));
    if (found === undefined) {
      const names = asked.tools.map(({ name }) => name).join(', ');
      throw new Error(`The model is offered no ${tool}, but ${names}.`);
    }
    this.#asked = undefined;
    asked.reply({ kind: 'toolCall', tool: found, args });
  }

  /** Returns the result of the model's call. */
  async result(): Promise<string> {
    return (await this.#turn()).results.at(-1) ?? '';
  }

  /** Ends the model's turn. */
  async finish(): Promise<void> {
    (await this.#turn()).reply({ kind: 'text', text: 'Done.' });
    const code = await this.#ended;
    if (code !== 0) throw new Error(`It ended with ${String(code)}: ${this.output}`);
  }

  /** Presses Ctrl+C as the user. */
  async interrupt(): Promise<void> {
    this.child.kill('SIGINT');
    await this.#ended;
  }

  async close(): Promise<void> {
    await endProcessTree(this.child);
    await this.model.close();
    await this.state.remove();
  }

  async #turn(): Promise<Asked> {
    this.#asked ??= await Promise.race([
      this.model.next(),
      this.#ended.then((code): never => {
        throw new Error(`The client ended with ${String(code)}: ${this.output}`);
      }),
    ]);
    return this.#asked;
  }
}
