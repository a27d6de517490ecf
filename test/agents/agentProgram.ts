import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { keyVariable } from '../../src/broker/agents/agentSnippets.js';
import { connectionModule, type AgentKind } from './agentKinds.js';

/** Longest time a call may take, in milliseconds. */
const longestCall = 30_000;

type Said =
  { readonly ready: true } | { readonly id: number; readonly text?: string; readonly error?: string };

/** The end of a call: its result for the agent, or an error. */
export type CallEnd =
  { readonly kind: 'told'; readonly text: string } | { readonly kind: 'failed'; readonly why: string };

/** An agent's address and key. */
export interface AgentConnection {
  readonly server: string;
  readonly url: string;
  readonly key: string;
}

/** A real agent in its own process, connected by the product's snippet. */
export class AgentProgram {
  readonly #waiting = new Map<number, (end: CallEnd) => void>();
  #ids = 0;
  /** Its output, to diagnose failures. */
  #output = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {
    child.on('message', (said: Said) => {
      if (!('id' in said)) return;
      const end: CallEnd =
        said.text === undefined
          ? { kind: 'failed', why: said.error ?? '' }
          : { kind: 'told', text: said.text };
      this.#waiting.get(said.id)?.(end);
      this.#waiting.delete(said.id);
    });
    child.once('exit', () => {
      for (const settle of this.#waiting.values())
        settle({ kind: 'failed', why: `It ended. ${this.output}` });
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-2_000)));
    }
  }

  /** @param frameworks the directory whose `node_modules` contains them */
  static async start(
    kind: AgentKind,
    { server, url, key }: AgentConnection,
    frameworks: string,
  ): Promise<AgentProgram> {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'agent-'));
    cpSync(path.join(programs(), 'serve.mjs'), path.join(directory, 'serve.mjs'));
    cpSync(path.join(programs(), kind.program), path.join(directory, 'program.mjs'));
    writeFileSync(path.join(directory, 'connect.mts'), connectionModule(kind, server, url));
    symlinkSync(path.join(frameworks, 'node_modules'), path.join(directory, 'node_modules'), 'junction');
    const child = fork(path.join(directory, 'program.mjs'), [], {
      env: { PATH: process.env['PATH'], HOME: directory, [keyVariable]: key, NODE_NO_WARNINGS: '1' },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const program = new AgentProgram(child, directory);
    const first = await Promise.race([
      once(child, 'message').then(() => 'ready'),
      once(child, 'exit').then(() => 'ended'),
    ]);
    if (first === 'ready') return program;
    program.close();
    throw new Error(`${kind.name} did not start: ${program.output}`);
  }

  get output(): string {
    return this.#output.trim();
  }

  call(tool: string, args: object = {}): Promise<CallEnd> {
    const id = this.#ids++;
    return new Promise((resolve) => {
      const late = setTimeout(() => settle({ kind: 'failed', why: 'no answer in time' }), longestCall);
      const settle = (end: CallEnd) => {
        clearTimeout(late);
        resolve(end);
      };
      this.#waiting.set(id, settle);
      if (!this.child.connected) settle({ kind: 'failed', why: `It ended. ${this.output}` });
      else this.child.send({ id, tool, args });
    });
  }

  close(): void {
    this.child.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Returns the version of a package that the agents use. */
export function versionOf(name: string, frameworks: string): string {
  const file = path.join(frameworks, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** They run from source, without compilation. */
function programs(): string {
  const root = process.env['MCP_OAUTH_BROKER_ROOT'] ?? process.cwd();
  return path.join(root, 'test', 'agents', 'programs');
}
