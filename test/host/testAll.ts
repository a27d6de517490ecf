import { editorUnderTest, oldestEditor } from './editor.js';
import { agentHostPart, extensionHostPart, storyPart, windowPart } from './editorParts.js';
import { below, mochaTests, sumOf } from './mochaTests.js';
import { runParts } from './runParts.js';
import type { TestResult } from './testResult.js';

const PURE_LIMIT_MS = 900_000;

/** These tests take half the time of the tests without an editor. */
const HALF = 'relay,attacks,headless';

/**
 * Runs the tests without an editor in two concurrent processes, so that neither can end the other. The
 * second one's output is held until the first has ended.
 */
async function pureTests(): Promise<TestResult> {
  const kept: Buffer[] = [];
  const others = `{${HALF},editor,workbench}/**/*.test.js`;
  const halves = await Promise.all([
    mochaTests({ files: `{${HALF}}/**/*.test.js`, limitMs: PURE_LIMIT_MS }),
    mochaTests({
      files: '**/*.test.js',
      args: ['--ignore', below(others)],
      limitMs: PURE_LIMIT_MS,
      output: (chunk) => kept.push(chunk),
    }),
  ]);
  process.stdout.write(Buffer.concat(kept));
  return sumOf(halves);
}

const newest = editorUnderTest();

void runParts([
  { name: 'Tests without an editor', run: pureTests },
  extensionHostPart(newest),
  extensionHostPart(oldestEditor()),
  windowPart(newest),
  storyPart(newest),
  storyPart(newest, 'new-machine'),
  agentHostPart(newest),
]);
