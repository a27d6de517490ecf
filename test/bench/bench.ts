import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { CallLedger } from '../../src/broker/callLedger.js';
import { callLine } from '../../src/broker/callRecord.js';
import { CallFiles } from '../../src/node/callFiles.js';
import { systemClock } from '../../src/node/systemClock.js';
import { MemoryLog } from '../broker/memoryStores.js';
import { recordedCalls } from '../broker/recordedCall.js';
import { millisecondsForAllRows, millisecondsToShow, openToolCalls } from './toolCallsPage.js';

const rounds = 7;
const count = 10_000;

/** The middle of several runs, in milliseconds. */
async function median(run: () => Promise<number>): Promise<string> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await run());
  times.sort((a, b) => a - b);
  const shown = [times[Math.floor(rounds / 2)], times[0], times.at(-1)].map((time) => (time ?? 0).toFixed(0));
  return `${shown[0]?.padStart(6) ?? ''} ms  (${shown[1]} to ${shown[2]})`;
}

async function main(): Promise<void> {
  console.log(`The record of ${count} tool calls, median of ${rounds} runs:\n`);
  const calls = recordedCalls(count);
  const directory = await mkdtemp(path.join(tmpdir(), 'bench-calls-'));
  const files = new CallFiles(directory, systemClock);
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const start = performance.now();
    for (const call of calls.toReversed()) await files.append(callLine(call));
    console.log(
      `add one call                              ${((performance.now() - start) / count).toFixed(2)} ms`,
    );
    const reading = async () => {
      const ledger = new CallLedger(new CallFiles(directory, systemClock), new MemoryLog());
      const from = performance.now();
      const { length } = await ledger.all();
      const time = performance.now() - from;
      ledger.dispose();
      if (length !== count) throw new Error(`${length} calls were read`);
      return time;
    };
    console.log(`read all from disk                        ${await median(reading)}`);
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    const rows = async () => {
      await openToolCalls(page);
      return millisecondsToShow(page, calls);
    };
    console.log(`show, virtual rows (the view)             ${await median(rows)}`);
    const all = () => millisecondsForAllRows(page, calls, '');
    console.log(`show, a row for every call                ${await median(all)}`);
    const lazy = () =>
      millisecondsForAllRows(page, calls, 'content-visibility: auto; contain-intrinsic-size: auto 24px');
    console.log(`show, every row, content-visibility: auto ${await median(lazy)}`);
  } finally {
    files.dispose();
    await browser.close();
    await rm(directory, { recursive: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
