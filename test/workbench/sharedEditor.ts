import path from 'node:path';
import { Screenshots } from '../host/screenshots.js';
import { EditorUnderTest } from './editorUnderTest.js';

let running: Promise<EditorUnderTest> | undefined;

/** Returns the editor that all tests here share, because starting it takes longer than most of them. */
export function sharedEditor(): Promise<EditorUnderTest> {
  running ??= EditorUnderTest.start();
  return running;
}

afterEach(async function () {
  const { currentTest } = this;
  if (currentTest?.state !== 'failed' || running === undefined) return;
  const { browser } = await running;
  const directory = path.join('.vscode-test', 'shots', currentTest.fullTitle().replace(/\W+/g, '-'));
  await new Screenshots(path.resolve(directory)).takeFailed(browser.context.pages());
});

after(close);

// An editor keeps running after the process that started it, so it must be ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    void close().finally(() => process.exit(1));
  });
}

async function close(): Promise<void> {
  const editor = await running?.catch(() => undefined);
  running = undefined;
  await editor?.close();
}
