import type { TestResult } from './testResult.js';

/** Tests that run together and have a line in the summary. */
export interface Part {
  readonly name: string;
  /** The reason not to run it on this system, which the summary shows. */
  readonly leftOut?: string;
  run(): Promise<TestResult>;
}

/** Runs all parts in order, prints their results, and sets the exit code. */
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

/** Returns a result for tests that could not run. */
export function failure(reason: string): TestResult {
  return { passed: 0, failed: 1, failures: [{ title: 'the run itself', reason }] };
}

/** @param ended an exit code, or the reason that there is none */
export function exitTexts(ended: number | string): string {
  return typeof ended === 'number' ? `exit code ${ended}` : ended;
}
