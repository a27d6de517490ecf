import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CallLedger } from '../../src/broker/calls/callLedger.js';
import { callLine } from '../../src/broker/calls/callRecord.js';
import { CallFiles } from '../../src/node/files/callFiles.js';
import { systemClock } from '../../src/node/machine.js';
import { MemoryLog } from '../broker/memoryStores.js';
import { recordedCalls } from '../broker/recordedCall.js';
import { startBrowser } from '../host/browser.js';
import { millisecondsForAllRows, millisecondsToShow, openToolCalls } from './toolCallsPage.js';

const rounds = 5;
const count = 10_000;

/** One measured run of a variant, in milliseconds. */
type Run = () => Promise<number>;

/**
 * Runs variants alternately, so that other load slows each alike. Each line has the median, minimum and
 * maximum of the runs, and the median ratio to the first variant in the same round.
 */
async function sideBySide(ways: Readonly<Record<string, Run>>): Promise<void> {
  const names = Object.keys(ways);
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(ways)) times.get(name)?.push(await run());
  const first = times.get(names[0] ?? '') ?? [];
  for (const [name, own] of times) {
    const [least, most] = [Math.min(...own), Math.max(...own)];
    const ratio = middle(own.map((time, round) => time / (first[round] ?? NaN)));
    const told = `${middle(own).toFixed(0).padStart(6)} ms  (${least.toFixed(0)} to ${most.toFixed(0)})`;
    console.log(`${name.padEnd(42)}${told.padEnd(28)}${ratio.toFixed(1).padStart(6)}`);
  }
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function main(): Promise<void> {
  const calls = recordedCalls(count);
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-calls-'));
  const files = new CallFiles(directory, systemClock);
  const browser = await startBrowser();
  try {
    console.log(`\nThe record of ${count} tool calls, on disk:\n`);
    const start = performance.now();
    for (const call of calls.toReversed()) await files.append(callLine(call));
    const each = (performance.now() - start) / count;
    console.log(`${'add one call'.padEnd(42)}${each.toFixed(2).padStart(6)} ms`);
    await sideBySide({ 'read all': () => millisecondsToRead(directory) });

    console.log(
      `\nThe page that shows them, until the frame with them; ${rounds} turns, ratio to the view:\n`,
    );
    const page = await browser.context.newPage();
    const virtual = async () => {
      await openToolCalls(page);
      return millisecondsToShow(page, calls);
    };
    const lazy = 'content-visibility: auto; contain-intrinsic-size: auto 24px';
    await sideBySide({
      'virtual rows (the view)': virtual,
      'a row for every call': () => millisecondsForAllRows(page, calls, ''),
      'every row, content-visibility: auto': () => millisecondsForAllRows(page, calls, lazy),
    });
  } finally {
    files.dispose();
    await browser.close();
    await rm(directory, { recursive: true });
  }
}

async function millisecondsToRead(directory: string): Promise<number> {
  const ledger = new CallLedger(new CallFiles(directory, systemClock), new MemoryLog());
  const start = performance.now();
  const { length } = await ledger.all();
  const time = performance.now() - start;
  ledger.dispose();
  if (length !== count) throw new Error(`${length} calls were read`);
  return time;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
