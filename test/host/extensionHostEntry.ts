import Mocha from 'mocha';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestFailure, TestResult } from './testResult.js';

/** Directory of the compiled tests, searched downwards for `*.test.js`. */
export const TEST_DIR_VARIABLE = 'MCP_OAUTH_BROKER_TEST_DIR';
/**
 * File for the {@link TestResult}, because the page that started the run receives only raw format strings.
 */
export const TEST_RESULT_VARIABLE = 'MCP_OAUTH_BROKER_TEST_RESULT';

/**
 * VS Code calls this function in its extension host.
 *
 * @throws Error if a test failed, which sets the editor's exit code
 */
export async function run(): Promise<void> {
  const directory = requiredVariable(TEST_DIR_VARIABLE);
  const resultFile = requiredVariable(TEST_RESULT_VARIABLE);
  const mocha = new Mocha({ ui: 'bdd', timeout: 20_000, color: false, reporter: Mocha.reporters.Base });
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()) {
    if (name.endsWith('.test.js')) mocha.addFile(path.join(directory, name));
  }
  const result = await runMocha(mocha);
  writeFileSync(resultFile, JSON.stringify(result));
  if (result.failed > 0) throw new Error(`${result.failed} tests failed`);
}

function runMocha(mocha: Mocha): Promise<TestResult> {
  const failures: TestFailure[] = [];
  let passed = 0;
  return new Promise((resolve) => {
    mocha
      .run(() => {
        resolve({ passed, failed: failures.length, failures });
      })
      .on('pass', () => {
        passed += 1;
      })
      .on('fail', (test, error: Error) => {
        failures.push({ title: test.fullTitle(), reason: error.stack ?? error.message });
      });
  });
}

function requiredVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: start these tests through npm test`);
  return value;
}
