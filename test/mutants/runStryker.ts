import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { endProcessTree } from '../host/processTree.js';

const ROOT = path.resolve(__dirname, '..', '..', '..');
const cache = path.join(ROOT, '.vscode-test', 'stryker');

/** The default parts, and the test folders for each. */
export const parts: Readonly<Record<string, readonly string[]>> = {
  'src/oauth': ['oauth'],
  'src/broker/tokens': ['broker'],
  'src/broker/signIn': ['broker'],
  'src/relay/calls': ['relay'],
};

export interface Score {
  readonly part: string;
  readonly killed: number;
  readonly survived: number;
  /** Mutants in code that no test runs. */
  readonly uncovered: number;
}

/** The fields of Stryker's report that scores need (mutation-testing-report-schema). */
interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

/**
 * Lets Stryker mutate the code of one part, and counts the mutants that tests notice.
 *
 * @param part a file or a folder below `src`
 * @throws Error if Stryker fails, as it does if the tests fail without a change
 */
export async function runStryker(part: string): Promise<Score> {
  const files = part.endsWith('.ts') ? part : `${part}/**/*.ts`;
  const folders = foldersFor(part);
  const tests = globSync(`out/test/{${[...folders, 'none'].join(',')}}/*.test.js`, { cwd: ROOT });
  if (tests.length === 0) throw new Error(`There are no tests for ${part}.`);
  const name = part.replaceAll(/[\\/]/g, '-');
  const stryker = path.join(ROOT, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
  const child = spawn(process.execPath, [stryker, 'run'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, MUTANTS_FILES: files, MUTANTS_TESTS: tests.join(' '), MUTANTS_NAME: name },
  });
  const stop = () => void endProcessTree(child);
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`Stryker ended with ${code ?? 'a signal'}; see above.`);
    return scoreOf(part, JSON.parse(await readFile(path.join(cache, 'report.json'), 'utf8')) as Report);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    rmSync(path.join(cache, 'sandbox'), { recursive: true, force: true });
  }
}

/** The tests of a part outside the table are those of its layer. */
function foldersFor(part: string): readonly string[] {
  const named = Object.keys(parts).find((one) => part === one || part.startsWith(`${one}/`));
  const [, layer = ''] = part.split('/');
  return named === undefined ? [layer] : (parts[named] ?? []);
}

export function scoreOf(part: string, { files }: Report): Score {
  const count = (...statuses: readonly string[]) =>
    Object.values(files)
      .flatMap(({ mutants }) => mutants)
      .filter(({ status }) => statuses.includes(status)).length;
  return {
    part,
    killed: count('Killed', 'Timeout'),
    survived: count('Survived'),
    uncovered: count('NoCoverage'),
  };
}

/** Returns one line for a part: the share of noticed mutants. */
export function scoreLine({ part, killed, survived, uncovered }: Score): string {
  const all = killed + survived + uncovered;
  const share = all === 0 ? 100 : (100 * killed) / all;
  return `${part.padEnd(28)} ${share.toFixed(1)} % of ${all} (${survived} survived, ${uncovered} in code that no test runs)`;
}
