import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { TEST_RESULT_VARIABLE } from './extensionHostEntry.js';
import { exitTexts, failure } from './runParts.js';
import { createStateDirectory } from './stateDirectory.js';
import { runChild } from './testPart.js';
import type { TestResult } from './testResult.js';

const ROOT = path.resolve(__dirname, '..', '..', '..');
/** Directory of compiled tests. */
export const OUT = path.join(ROOT, 'out', 'test');

export interface MochaRun {
  /** Patterns of compiled tests below {@link OUT}, with slashes on every system. */
  readonly files: string | readonly string[];
  readonly limitMs: number;
  /** Further arguments of Mocha. */
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Receives the output. If absent, the output is printed at once. */
  readonly output?: (chunk: Buffer) => void;
}

/** Runs tests in a separate process. */
export async function mochaTests({ files, limitMs, args = [], env, output }: MochaRun): Promise<TestResult> {
  const state = await createStateDirectory();
  try {
    const resultFile = path.join(state.path, 'result.json');
    const ended = await runChild({
      args: [
        '--enable-source-maps',
        path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js'),
        ...['--reporter', path.join(__dirname, 'resultReporter.js')],
        ...args,
        ...[files].flat().map(below),
      ],
      cwd: ROOT,
      env: { ...env, [TEST_RESULT_VARIABLE]: resultFile },
      limitMs,
      ...(output !== undefined && { output }),
    });
    if (!existsSync(resultFile)) return failure(`ended without a result: ${exitTexts(ended)}`);
    const result = JSON.parse(await readFile(resultFile, 'utf8')) as TestResult;
    if (ended === 0 || result.failed > 0) return result;
    return { ...result, ...failure(`all passed, but then: ${exitTexts(ended)}`), passed: result.passed };
  } finally {
    await state.remove();
  }
}

/** @returns the pattern in Mocha's format */
export function below(files: string): string {
  return `${OUT.replaceAll('\\', '/')}/${files}`;
}

/** Returns the sum of several results. */
export function sumOf(results: readonly TestResult[]): TestResult {
  return {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failed: results.reduce((sum, { failed }) => sum + failed, 0),
    failures: results.flatMap(({ failures }) => failures),
  };
}
