import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { editorUnderTest, oldestEditor } from './editor.js';
import { extensionHostPart, storyPart } from './editorParts.js';
import { TEST_RESULT_VARIABLE } from './extensionHostEntry.js';
import { exitWords, failure, runParts } from './runParts.js';
import { createStateDirectory } from './stateDirectory.js';
import { runChild } from './testPart.js';
import type { TestResult } from './testResult.js';

const ROOT = path.resolve(__dirname, '..', '..', '..');
const OUT = path.join(ROOT, 'out', 'test');
const PURE_LIMIT_MS = 900_000;
const WORKBENCH_LIMIT_MS = 1_200_000;
const WORKBENCH_TEST_LIMIT_MS = 180_000;

/** What takes half the time of the tests that need no editor. */
const HALF = 'relay,attacks,headless';

/**
 * Tests that need no editor, in processes of their own so that none can bring the others down: two at once, of
 * which the second one's words are kept until the first has ended.
 */
async function pureTests(): Promise<TestResult> {
  const kept: Buffer[] = [];
  const others = `{${HALF},editor,workbench}/**`;
  const halves = await Promise.all([
    mochaTests(PURE_LIMIT_MS, `{${HALF}}/**`),
    mochaTests(PURE_LIMIT_MS, '**', ['--ignore', below(others)], (chunk) => kept.push(chunk)),
  ]);
  process.stdout.write(Buffer.concat(kept));
  return {
    passed: halves.reduce((sum, { passed }) => sum + passed, 0),
    failed: halves.reduce((sum, { failed }) => sum + failed, 0),
    failures: halves.flatMap(({ failures }) => failures),
  };
}

/** Tests that act as a person does in the window of an editor. */
function workbenchTests(): Promise<TestResult> {
  const limit = ['--timeout', String(WORKBENCH_TEST_LIMIT_MS)];
  return mochaTests(WORKBENCH_LIMIT_MS, 'workbench/**', [...limit, '--exit']);
}

/**
 * @param folders of compiled tests, as a pattern
 * @param args mocha's own
 * @param output where what it prints goes, if not to be seen at once
 */
async function mochaTests(
  limitMs: number,
  folders: string,
  args: readonly string[] = [],
  output?: (chunk: Buffer) => void,
): Promise<TestResult> {
  const state = await createStateDirectory();
  try {
    const resultFile = path.join(state.path, 'result.json');
    const ended = await runChild({
      args: [
        '--enable-source-maps',
        path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js'),
        ...['--reporter', path.join(__dirname, 'resultReporter.js')],
        ...args,
        below(`${folders}/*.test.js`),
      ],
      cwd: ROOT,
      env: { [TEST_RESULT_VARIABLE]: resultFile },
      limitMs,
      ...(output !== undefined && { output }),
    });
    if (!existsSync(resultFile)) return failure(`ended without a result: ${exitWords(ended)}`);
    const result = JSON.parse(await readFile(resultFile, 'utf8')) as TestResult;
    if (ended === 0 || result.failed > 0) return result;
    return { ...result, ...failure(`all passed, but then: ${exitWords(ended)}`), passed: result.passed };
  } finally {
    await state.remove();
  }
}

/** A pattern of compiled tests as mocha reads it: with slashes on every system. */
function below(files: string): string {
  return `${OUT.replaceAll('\\', '/')}/${files}`;
}

const newest = editorUnderTest();

void runParts([
  { name: 'Tests without an editor', run: pureTests },
  extensionHostPart(newest),
  extensionHostPart(oldestEditor()),
  { name: "Tests in the editor's window", run: workbenchTests },
  storyPart(newest),
]);
