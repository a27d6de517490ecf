import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { TEST_RESULT_VARIABLE } from '../host/extensionHostEntry.js';
import { endProcessTree } from '../host/processTree.js';
import type { TestResult } from '../host/testResult.js';
import { compiledName } from './sourceTree.js';

/** A defect may make a test wait forever. In milliseconds. */
const testLimit = 5_000;
/** Limit for the tests of one defect, which stop at the first failure. */
const bailLimit = 120_000;
/** Limit for all the tests of the catalogue. */
const wholeLimit = 900_000;

/**
 * Runs test files of a tree and stops at the first failure.
 *
 * @param tests as `test/…/x.test.ts`
 * @throws Error if the run has no result, so that a crash does not count as a failed test
 */
export async function runTests(
  root: string,
  tests: readonly string[],
  { bail }: { readonly bail: boolean },
): Promise<TestResult> {
  const resultFile = path.join(root, 'result.json');
  await rm(resultFile, { force: true });
  const child = spawn(
    process.execPath,
    [
      path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
      ...['--no-config', '--exit', '--timeout', String(testLimit)],
      ...['--reporter', path.join(root, 'out', 'test', 'host', 'resultReporter.js')],
      ...(bail ? ['--bail'] : []),
      ...tests.map((test) => path.join(root, compiledName(test))),
    ],
    {
      cwd: root,
      env: { ...process.env, [TEST_RESULT_VARIABLE]: resultFile },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: process.platform !== 'win32',
    },
  );
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => void errors.push(text));
  const timer = setTimeout(() => void endProcessTree(child), bail ? bailLimit : wholeLimit);
  try {
    await once(child, 'exit');
  } finally {
    clearTimeout(timer);
    await endProcessTree(child, 0);
  }
  if (!existsSync(resultFile)) throw new Error(`the tests ended without a result\n${errors.join('')}`);
  return JSON.parse(await readFile(resultFile, 'utf8')) as TestResult;
}
