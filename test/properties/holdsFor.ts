import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { OAuthFlowError } from '../../src/oauth/oauthFlowError.js';

/** The same cases each time; `PROPERTY_SEED=<number>` gives others, and a failure names the seed it had. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 6749);
/** No input is longer than some thousand characters, which nothing may take half a second of CPU to read. */
const microsecondsPerCase = 500_000;

/** Defines a test that a property holds, for so many cases and for each in bounded time. */
export function holdsFor<T>(
  cases: number,
  title: string,
  inputs: fc.Arbitrary<T>,
  property: (input: T) => void | Promise<void>,
): void {
  it(`${title} (${cases.toLocaleString('en')} cases)`, async function () {
    this.timeout(120_000);
    const timed = async (input: T) => {
      const begun = process.cpuUsage();
      await property(input);
      const { user, system } = process.cpuUsage(begun);
      assert.ok(user + system < microsecondsPerCase, `took ${user + system} µs`);
    };
    const details = await fc.check(fc.asyncProperty(inputs, timed), { seed, numRuns: cases });
    if (details.failed) {
      const report = await fc.asyncDefaultReportMessage(details);
      const why = inspect(details.errorInstance, { depth: 4 });
      assert.fail(`${why}\n\n${report ?? ''}\n\nPROPERTY_SEED=${seed} gives the same cases again.`);
    }
    assert.equal(details.numRuns, cases);
  });
}

/** What was accepted, or undefined if it was refused in the flow's own terms; another error is a crash. */
export async function acceptedBy<T>(act: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof OAuthFlowError) return undefined;
    throw error;
  }
}
