import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { endProcessTree } from '../host/processTree.js';
import { createStateDirectory } from '../host/stateDirectory.js';
import { suiteEntry, type Pass, type Scenario } from './suite.js';

/** Limit for the client in milliseconds, after which the suite ends it. */
const clientLimit = 60_000;
/** Limit for the suite itself, which hangs if child processes stay alive. */
const limit = clientLimit + 15_000;

export interface Verdict {
  readonly kind: 'ok' | 'warn' | 'fail';
  /** Failures that the suite or the run reported. */
  readonly reasons: readonly string[];
}

interface Check {
  readonly name: string;
  readonly status: string;
  readonly description?: string;
  readonly errorMessage?: string;
}

/** Runs one scenario against `command` and returns the suite's findings. */
export async function runScenario(scenario: Scenario, pass: Pass, command: string): Promise<Verdict> {
  const results = await createStateDirectory();
  try {
    const args = ['client', '--scenario', scenario.name, '--command', command, '-o', results.path];
    const ended = await inBoundedTime([...args, '--timeout', String(clientLimit), ...pass.args]);
    const { checks, clientLine } = await read(results.path);
    return verdictOf(ended, checks, clientLine);
  } finally {
    await results.remove();
  }
}

/**
 * @returns the exit code, or the reason that there is none
 * @throws Error if this process must end, after the scenario has ended
 */
async function inBoundedTime(args: readonly string[]): Promise<number | string> {
  const child = spawn(process.execPath, [suiteEntry, ...args], {
    stdio: 'ignore',
    detached: process.platform !== 'win32',
  });
  const why: { late?: true; told?: string } = {};
  const timer = setTimeout(() => {
    why.late = true;
    void endProcessTree(child);
  }, limit);
  const stop = (signal: string) => {
    why.told = signal;
    void endProcessTree(child);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    if (why.told !== undefined) throw new Error(`Stopped by ${why.told}.`);
    return why.late ? `it took longer than ${limit / 1000} s` : (code ?? 'it was ended by a signal');
  } finally {
    clearTimeout(timer);
    for (const signal of signals) process.off(signal, stop);
  }
}

async function read(
  directory: string,
): Promise<{ readonly checks: readonly Check[]; readonly clientLine?: string }> {
  const files = await readdir(directory, { recursive: true });
  const textOf = async (name: string) => {
    const file = files.find((candidate) => path.basename(candidate) === name);
    return file === undefined ? undefined : readFile(path.join(directory, file), 'utf8');
  };
  const checks = await textOf('checks.json');
  const clientLine = (await textOf('stdout.txt'))?.trim().split('\n').at(-1);
  return {
    checks: checks === undefined ? [] : (JSON.parse(checks) as Check[]),
    ...(clientLine !== undefined && { clientLine }),
  };
}

function verdictOf(
  ended: number | string,
  checks: readonly Check[],
  clientLine: string | undefined,
): Verdict {
  const complaints = (status: string) =>
    checks
      .filter((check) => check.status === status)
      .map(({ name, description, errorMessage }) => `${name}: ${errorMessage ?? description ?? status}`);
  const failed = complaints('FAILURE');
  const warned = complaints('WARNING');
  if (ended === 0 && failed.length === 0 && warned.length === 0) {
    return checks.some(({ status }) => status === 'SUCCESS')
      ? { kind: 'ok', reasons: [] }
      : { kind: 'fail', reasons: ['The suite checked nothing.'] };
  }
  const reasons = [...failed, ...warned];
  if (typeof ended === 'string') reasons.push(ended);
  if (clientLine !== undefined && clientLine !== '') reasons.push(`client: ${clientLine}`);
  return { kind: failed.length === 0 && warned.length > 0 ? 'warn' : 'fail', reasons };
}
