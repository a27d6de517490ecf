import path from 'node:path';
import { environmentOf, type Editor } from './editor.js';
import { runExtensionHostTests } from './extensionHostTests.js';
import { exitWords, failure, type Part } from './runParts.js';
import { runChild } from './testPart.js';

const ROOT = path.resolve(__dirname, '..', '..', '..');
const EDITOR_TESTS = path.join(ROOT, 'out', 'test', 'editor');
/** The story limits itself; this is for what keeps it from doing so. */
const DEMO_LIMIT_MS = 330_000;

/** Tests of the extension in an extension host of this editor. */
export function extensionHostPart(editor: Editor): Part {
  const run = async () => {
    const options = { extensionDir: ROOT, testDir: EDITOR_TESTS, editor };
    const { editor: name, ...result } = await runExtensionHostTests(options);
    console.log(`  ran in ${name}`);
    for (const { title, reason } of result.failures)
      console.log(`  ✗ ${title}\n    ${reason.replaceAll('\n', '\n    ')}`);
    console.log(`  ${result.passed} passed, ${result.failed} failed`);
    return result;
  };
  return { name: `Tests inside the extension host of VS Code ${editor.version}`, run };
}

/** The demo's story, played once in this editor. */
export function storyPart(editor: Editor): Part {
  const shots = path.join(ROOT, '.vscode-test', 'shots', editor.version);
  const run = async () => {
    const ended = await runChild({
      args: ['--enable-source-maps', path.join(__dirname, 'demo.js'), '--once', '--shots', shots],
      cwd: ROOT,
      env: environmentOf(editor),
      limitMs: DEMO_LIMIT_MS,
    });
    if (ended === 0) return { passed: 1, failed: 0, failures: [] };
    return failure(`${exitWords(ended)}; pictures are in ${shots}`);
  };
  return { name: `The demo, once, in VS Code ${editor.version}`, run };
}
