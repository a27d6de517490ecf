import path from 'node:path';
import { runChild } from '../host/testPart.js';

const ROOT = path.resolve(__dirname, '..', '..', '..');
/** The table waits for tokens to end and drives two windows. */
const LIMIT_MS = 1_800_000;

/** `npm run situations`: the table, on its own, because it measures how late a surface is. */
async function main(): Promise<void> {
  const mocha = path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const files = ['sharedEditor.js', 'situationsTable.js'].map((name) => path.join(__dirname, name));
  const ended = await runChild({
    args: ['--enable-source-maps', mocha, '--timeout', '180000', '--exit', ...files],
    cwd: ROOT,
    limitMs: LIMIT_MS,
  });
  if (typeof ended === 'string') console.error(`The table did not end: ${ended}.`);
  process.exitCode = ended === 0 ? 0 : 1;
}

void main();
