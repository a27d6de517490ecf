import Mocha from 'mocha';
import { writeFileSync } from 'node:fs';
import { TEST_RESULT_VARIABLE } from './extensionHostEntry.js';
import type { TestFailure, TestResult } from './testResult.js';

/** Mocha's `spec` output for the user, and a {@link TestResult} for the parent process. */
class ResultReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const failures: TestFailure[] = [];
    let passed = 0;
    runner.on('pass', () => {
      passed += 1;
    });
    runner.on('fail', (test, error: Error) => {
      failures.push({ title: test.fullTitle(), reason: error.stack ?? error.message });
    });
    runner.once('end', () => {
      const file = process.env[TEST_RESULT_VARIABLE];
      const result: TestResult = { passed, failed: failures.length, failures };
      if (file !== undefined) writeFileSync(file, JSON.stringify(result));
    });
  }
}

export = ResultReporter;
