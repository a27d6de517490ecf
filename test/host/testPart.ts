import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endProcessTree } from './processTree.js';

export interface ChildRun {
  /** Arguments for Node. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly limitMs: number;
  /** Receives the output. If absent, the output is printed at once. */
  readonly output?: (chunk: Buffer) => void;
}

/**
 * Runs Node in the foreground. Ends it with its descendants if it takes too long or this process must end.
 *
 * @returns its exit code, or the reason that there is none
 */
export async function runChild(run: ChildRun): Promise<number | string> {
  const child = spawn(process.execPath, run.args, {
    cwd: run.cwd,
    env: { ...process.env, ...run.env },
    stdio: run.output === undefined ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  for (const stream of [child.stdout, child.stderr])
    if (run.output !== undefined) stream?.on('data', run.output);
  let why: string | undefined;
  const end = (reason: string) => {
    why ??= reason;
    // This is enough time to close its editor and browser.
    void endProcessTree(child, 15_000);
  };
  const timer = setTimeout(end, run.limitMs, `it took longer than ${run.limitMs / 1000} s`);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, end);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return why ?? code ?? `it was ended by ${signal ?? 'a signal'}`;
  } finally {
    clearTimeout(timer);
    for (const signal of signals) process.off(signal, end);
  }
}
