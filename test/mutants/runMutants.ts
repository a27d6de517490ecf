import { runPromises } from './runPromises.js';
import { parts, runStryker, scoreLine, type Score } from './runStryker.js';

/**
 * `promises [part of a name …]` plants the catalogue's defects. Otherwise, each argument is a file or a
 * folder for Stryker.
 */
async function main([first, ...others]: readonly string[]): Promise<boolean> {
  if (first === 'promises') return runPromises(others);
  const scores: Score[] = [];
  for (const part of first === undefined ? Object.keys(parts) : [first, ...others])
    scores.push(await runStryker(part.replace(/\/$/, '')));
  for (const score of scores) console.log(scoreLine(score));
  return true;
}

main(process.argv.slice(2)).then(
  (passed) => (process.exitCode = passed ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
