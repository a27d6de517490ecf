import { editorUnderTest, oldestEditor } from './editor.js';
import { agentHostPart, extensionHostPart, storyPart, windowPart } from './editorParts.js';
import { below, mochaTests, sumOf } from './mochaTests.js';
import { runParts } from './runParts.js';
import type { TestResult } from './testResult.js';

const PURE_LIMIT_MS = 900_000;

/** What takes half the time of the tests that need no editor. */
const HALF = 'relay,attacks,headless';

/**
 * Tests that need no editor, in processes of their own so that none can bring the others down: two at once, of
 * which the second one's words are kept until the first has ended.
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
