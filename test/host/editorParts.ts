import { readdirSync } from 'node:fs';
import path from 'node:path';
import { environmentOf, type Editor } from './editor.js';
import { runExtensionHostTests } from './extensionHostTests.js';
import { mochaTests, OUT, sumOf } from './mochaTests.js';
import { exitTexts, failure, type Part } from './runParts.js';
import { runChild } from './testPart.js';
import type { TestResult } from './testResult.js';

const ROOT = path.resolve(__dirname, '..', '..', '..');
const EDITOR_TESTS = path.join(OUT, 'editor');
const WORKBENCH_TESTS = path.join(OUT, 'workbench');
/** Takes ten minutes on a quiet machine. The limit is five times that for a busy one. */
const WORKBENCH_LIMIT_MS = 3_000_000;
const WORKBENCH_TEST_LIMIT_MS = 300_000;
/** Longest time for the agent host's row, which takes two minutes on a quiet machine. */
const AGENT_HOST_LIMIT_MS = 900_000;
/** The story has its own limits. This one applies if those fail. */
const DEMO_LIMIT_MS = 570_000;

/** Returns the tests of the extension in an extension host of this editor. */
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

/**
 * Returns the tests that act as a user does in the window of this editor.
 *
 * @param patterns parts of the names of test files; if empty, all of them
 */
export function windowPart(editor: Editor, patterns: readonly string[] = []): Part {
  const testsOf = (names: readonly string[]) =>
    mochaTests({
      files: names.map((name) => `workbench/${name}`),
      limitMs: WORKBENCH_LIMIT_MS,
      args: ['--timeout', String(WORKBENCH_TEST_LIMIT_MS), '--exit'],
      env: environmentOf(editor),
    });
  const run = async () => {
    const names = readdirSync(WORKBENCH_TESTS)
      .filter((name) => name.endsWith('.test.js'))
      .filter((name) => patterns.length === 0 || patterns.some((pattern) => name.includes(pattern)))
      .sort();
    if (names.length === 0) return failure(`no test file has ${patterns.join(' or ')} in its name`);
    if (editor.hasCopilotChat) return testsOf(names);
    // VS Code 1.103 still offers a chat agent the tools of removed servers, so each file has a separate
    // editor.
    const results: TestResult[] = [];
    for (const name of names) results.push(await testsOf([name]));
    return sumOf(results);
  };
  return { name: `Tests in the window of VS Code ${editor.version}`, run };
}

/**
 * Returns a story of the demo, played once in this editor.
 *
 * @param story the main one by default
 */
export function storyPart(editor: Editor, story?: 'new-machine'): Part {
  const shots = path.join(ROOT, '.vscode-test', 'shots', editor.version, story ?? '');
  const choice = story === undefined ? ['--once'] : ['--story', story];
  const run = async () => {
    const ended = await runChild({
      args: ['--enable-source-maps', path.join(__dirname, 'demo.js'), ...choice, '--shots', shots],
      cwd: ROOT,
      env: environmentOf(editor),
      limitMs: DEMO_LIMIT_MS,
    });
    if (ended === 0) return { passed: 1, failed: 0, failures: [] };
    return failure(`${exitTexts(ended)}; pictures are in ${shots}`);
  };
  const name = story === undefined ? 'The demo, once,' : 'The story of a new machine';
  return { name: `${name} in VS Code ${editor.version}`, run };
}

/** Returns the sessions of this editor's agent host, which are a row of the grid of sessions. */
export function agentHostPart(editor: Editor): Part {
  const run = async () => {
    const ended = await runChild({
      args: ['--enable-source-maps', path.join(OUT, 'sessions', 'runSessions.js'), 'Agent host'],
      cwd: ROOT,
      env: environmentOf(editor),
      limitMs: AGENT_HOST_LIMIT_MS,
    });
    if (ended === 0) return { passed: 1, failed: 0, failures: [] };
    return failure(`${exitTexts(ended)}; the grid above says which`);
  };
  const name = `Sessions of the agent host of VS Code ${editor.version}`;
  if (process.platform === 'linux') return { name, run };
  return { name, run, leftOut: 'the copy of VS Code with an agent host is made on Linux alone' };
}
