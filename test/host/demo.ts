import path from 'node:path';
import { parseArgs } from 'node:util';
import { alice } from '../demo/people.js';
import { startDemoEditor } from './demoEditor.js';
import { demoInvitation } from './demoInvitation.js';
import { BRANCH } from './demoStory.js';
import { NewMachineDemo } from './newMachineDemo.js';
import { Screenshots } from './screenshots.js';
import { UnattendedDemo } from './unattendedDemo.js';

/** An unattended run that takes longer than this has failed. */
const ONCE_LIMIT_MS = 480_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { once: { type: 'boolean' }, shots: { type: 'string' }, story: { type: 'string' } },
  });
  const stopped = untilStopped();
  if (values.story !== undefined && values.story !== 'new-machine')
    throw new Error(`There is no story “${values.story}”; there is new-machine.`);
  const shots = new Screenshots(values.shots === undefined ? undefined : path.resolve(values.shots));
  if (values.story !== undefined)
    return once(new NewMachineDemo(shots, say), 'imported, signed in and called', stopped);
  if (values.once) {
    const done = `the branch ${BRANCH} is in git, made by ${alice.email}`;
    return once(new UnattendedDemo(shots, say), done, stopped);
  }
  say('starting the demo world and the editor');
  const demo = await startDemoEditor({ federatedLogins: true });
  console.log(demoInvitation(demo.url, demo.editor));
  await stopped;
  say('cleaning up');
  await demo.close();
  return 0;
}

/**
 * Plays a story in a headless browser.
 *
 * @returns the exit code
 */
async function once(
  run: UnattendedDemo | NewMachineDemo,
  done: string,
  stopped: Promise<string>,
): Promise<number> {
  const interrupted = stopped.then((signal) => {
    throw new Error(`interrupted by ${signal}`);
  });
  try {
    await Promise.race([within(ONCE_LIMIT_MS, run.play()), interrupted]);
    say(`done: ${done}`);
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

/** @returns the signal, when the user presses Ctrl-C or the process must end */
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
