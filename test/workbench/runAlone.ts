import path from 'node:path';
import { runChild } from '../host/testPart.js';

const ROOT = path.resolve(__dirname, '..', '..', '..');

/**
 * Runs tests of the real editor that are too long or too time-sensitive to run with others, and sets the
 * exit code.
 *
 * @param files absolute paths of compiled files
 * @param limitMs limit for all of them, in milliseconds
 */
export async function runAlone(
  files: readonly string[],
  limitMs: number,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const mocha = path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const sharedEditor = path.join(__dirname, 'sharedEditor.js');
  const ended = await runChild({
    args: ['--enable-source-maps', mocha, '--timeout', '180000', '--exit', sharedEditor, ...files],
    cwd: ROOT,
    env,
    limitMs,
  });
  if (typeof ended === 'string') console.error(`The tests did not end: ${ended}.`);
  process.exitCode = ended === 0 ? 0 : 1;
}
