import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endProcessTree } from './processTree.js';

export interface ChildRun {
  /** Arguments of this Node. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly limitMs: number;
  /** What it prints, where that is not to be seen at once; it is added to what is there. */
  readonly output?: (chunk: Buffer) => void;
}

/**
 * Runs Node in the foreground and ends it with all it started when it takes too long or this process is told to stop.
 *
 * @returns its exit code, or in words why it has none
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
    // Long enough for it to close the editor and the browser it may have started.
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
