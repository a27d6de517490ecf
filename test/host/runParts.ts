import type { TestResult } from './testResult.js';

/** Tests that are run together, and have a line of their own in the summary. */
export interface Part {
  readonly name: string;
  /** Why it is not run on this system; the summary says so. */
  readonly leftOut?: string;
  run(): Promise<TestResult>;
}

/** Runs one part after the other, each whatever became of the others, says how they ended, and sets the exit code. */
export async function runParts(parts: readonly Part[]): Promise<void> {
  const summary: string[] = [];
  let passed = 0;
  let failed = 0;
  for (const part of parts) {
    if (part.leftOut !== undefined) {
      summary.push(`– ${part.name}: left out, because ${part.leftOut}`);
      continue;
    }
    console.log(`\n── ${part.name}\n`);
    const ran = await part
      .run()
      .catch((error: unknown) => failure(error instanceof Error ? error.message : String(error)));
    const result = ran.passed + ran.failed === 0 ? failure('no test ran') : ran;
    passed += result.passed;
    failed += result.failed;
    summary.push(
      `${result.failed === 0 ? '✓' : '✗'} ${part.name}: ${result.passed} passed, ${result.failed} failed`,
    );
    for (const { title, reason } of result.failures)
      summary.push(`    ${title}: ${reason.split('\n')[0] ?? ''}`);
  }
  console.log(`\n── Summary\n\n${summary.join('\n')}\n\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** That something kept tests from running. */
export function failure(reason: string): TestResult {
  return { passed: 0, failed: 1, failures: [{ title: 'the run itself', reason }] };
}

/** @param ended an exit code, or why there is none */
export function exitTexts(ended: number | string): string {
  return typeof ended === 'number' ? `exit code ${ended}` : ended;
}
