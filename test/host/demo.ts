import path from 'node:path';
import { parseArgs } from 'node:util';
import { accountAt } from '../demo/federation/providerAccounts.js';
import { alice } from '../demo/people.js';
import { startDemoEditor, type DemoEditor } from './demoEditor.js';
import { BRANCH, PROMPT } from './demoStory.js';
import { Screenshots } from './screenshots.js';
import { UnattendedDemo } from './unattendedDemo.js';

/** An unattended run that takes longer than this has failed. */
const ONCE_LIMIT_MS = 240_000;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { once: { type: 'boolean' }, shots: { type: 'string' } } });
  const stopped = untilStopped();
  if (values.once) return once(values.shots, stopped);
  say('starting the demo world and the editor');
  const demo = await startDemoEditor({ federatedLogins: true });
  invite(demo);
  await stopped;
  say('cleaning up');
  await demo.close();
  return 0;
}

/** Plays the story in a browser nobody sees. @returns the exit code */
async function once(shotsDir: string | undefined, stopped: Promise<string>): Promise<number> {
  const shots = new Screenshots(shotsDir === undefined ? undefined : path.resolve(shotsDir));
  const run = new UnattendedDemo(shots, say);
  const interrupted = stopped.then((signal) => {
    throw new Error(`interrupted by ${signal}`);
  });
  try {
    await Promise.race([within(ONCE_LIMIT_MS, run.play()), interrupted]);
    say(`done: the branch ${BRANCH} is in git, made by ${alice.email}`);
    return 0;
  } catch (error) {
    await run.showFailure();
    console.error(
      `\nThe demo failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    return 1;
  } finally {
    say('cleaning up');
    await run.close();
  }
}

function invite(demo: DemoEditor): void {
  console.log(`
Open ${demo.url}

  1. F1 → "Extensions: Enable All Extensions" (a new browser profile has Copilot Chat off).
  2. F1 → "MCP OAuth: Sign In…" → repositories; sign in as ${alice.email} with the password ${alice.password};
     or with Example ID, where it is ${accountAt('example-id', alice).password},
     or with Example Corp, where it is ${accountAt('example-corp', alice).password}.
  3. In the chat: "${PROMPT}"; allow the tool, then consent to repo:write in the card.

Ctrl-C ends it and removes everything it wrote.
`);
}

/** @returns the signal, when the person presses Ctrl-C or the process is told to end */
function untilStopped(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`it took longer than ${limitMs / 1000} s`));
    }, limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function say(line: string): void {
  console.log(`• ${line}`);
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
