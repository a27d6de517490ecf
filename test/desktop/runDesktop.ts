import { acts, timings, type Timing } from './acts.js';
import { placements, Situation, type Placement } from './situation.js';

/** Prints what becomes of sign-ins in two windows: what happens by where the windows are, a mark for each moment. */
async function main(): Promise<void> {
  let failed = 0;
  let passed = 0;
  const legend = timings.map((timing, index) => `${index + 1} ${timing}`).join(', ');
  console.log(
    `✓ no sign-in is lost that its server honors, and none lives after its sign-out. Moments: ${legend}.\n`,
  );
  const width = Math.max(...placements.map(({ length }) => length)) + 2;
  console.log(
    ' '.repeat(width) +
      Object.keys(acts)
        .map((name) => name.padEnd(16))
        .join(''),
  );
  const faults: string[] = [];
  for (const placement of placements) {
    let row = placement.padEnd(width);
    for (const name of Object.keys(acts)) {
      let cell = '';
      for (const timing of timings) {
        const found = await faultsOf(placement, name, timing);
        if (found.length === 0) passed++;
        else failed++;
        cell += found.length === 0 ? '✓' : '✗';
        faults.push(...found.map((fault) => `${placement}, ${name}, ${timing}: ${fault}`));
      }
      row += cell.padEnd(16);
    }
    console.log(row);
  }
  for (const fault of faults) console.log(`\n✗ ${fault}`);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function faultsOf(placement: Placement, name: string, timing: Timing): Promise<readonly string[]> {
  const situation = await Situation.start(placement);
  try {
    await acts[name]?.[timing](situation);
  } catch (error) {
    situation.faults.push(error instanceof Error ? error.message : String(error));
  } finally {
    await situation.stop();
  }
  return situation.faults;
}

void main();
