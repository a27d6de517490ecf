import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startBrowser } from './browser.js';
import { startCodeServer, type CodeServer } from './codeServer.js';
import { runDesktopTests } from './desktop.js';
import { editorUnderTest, type Editor } from './editor.js';
import { TEST_DIR_VARIABLE, TEST_RESULT_VARIABLE } from './extensionHostEntry.js';
import { createStateDirectory } from './stateDirectory.js';
import type { TestResult } from './testResult.js';

export interface ExtensionHostTestOptions {
  /** Absolute path of the extension under development: the directory of its package.json. */
  readonly extensionDir: string;
  /** Directory of compiled tests, absolute, searched downwards for `*.test.js`. */
  readonly testDir: string;
  readonly limitMs?: number;
  /** The editor under test by default. */
  readonly editor?: Editor;
}

export interface ExtensionHostTestResult extends TestResult {
  /** The name of the editor that the tests ran in. */
  readonly editor: string;
}

/** Called by VS Code in its extension host. */
export const TEST_ENTRY = path.join(__dirname, 'extensionHostEntry.js');
const LIMIT_MS = 600_000;

/**
 * Runs the tests in a real extension host: a desktop VS Code if available, or code-server.
 *
 * @throws Error if the editor ended without a result or exceeded the limit
 */
export async function runExtensionHostTests(
  options: ExtensionHostTestOptions,
): Promise<ExtensionHostTestResult> {
  const state = await createStateDirectory();
  try {
    const resultFile = path.join(state.path, 'result.json');
    const env = { [TEST_DIR_VARIABLE]: options.testDir, [TEST_RESULT_VARIABLE]: resultFile };
    const run = {
      ...options,
      limitMs: options.limitMs ?? LIMIT_MS,
      editor: options.editor ?? editorUnderTest(),
      env,
      stateDir: state.path,
      entry: TEST_ENTRY,
    };
    const desktop = await runDesktopTests(run);
    const editor = 'notHere' in desktop ? await runCodeServerTests(run, desktop.notHere) : desktop;
    const text = await readFile(resultFile, 'utf8').catch(() => {
      throw new Error(`${editor.name} ended without a test result:\n${editor.output}`);
    });
    return { ...(JSON.parse(text) as TestResult), editor: editor.name };
  } finally {
    await state.remove();
  }
}

export interface EditorRun {
  readonly extensionDir: string;
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stateDir: string;
  readonly limitMs: number;
  /** The code-server to run. A downloaded desktop VS Code has the same version. */
  readonly editor: Editor;
}

export interface EditorRan {
  readonly name: string;
  /** Its output, which explains a run without a result. */
  readonly output: string;
}

/** @param whyNotDesktop the reason to print next to its name */
async function runCodeServerTests(run: EditorRun, whyNotDesktop: string): Promise<EditorRan> {
  const server = await startCodeServer({
    userDataDir: path.join(run.stateDir, 'u'),
    extensionsDir: path.join(run.stateDir, 'e'),
    folder: run.stateDir,
    editor: run.editor,
    smokeTestDriver: true,
    env: run.env,
  });
  try {
    const log = await openTestPage(server, run);
    return {
      name: `VS Code ${run.editor.version} served by code-server (no desktop VS Code: ${whyNotDesktop})`,
      output: `${log}\n${server.output()}`,
    };
  } finally {
    await server.stop();
  }
}

/** Opens the page that starts the tests in the editor, and waits for its result. */
async function openTestPage(server: CodeServer, run: EditorRun): Promise<string> {
  const remote = (file: string) => `vscode-remote://127.0.0.1:${server.port}${file.replaceAll('\\', '/')}`;
  const payload = JSON.stringify([
    ['extensionDevelopmentPath', remote(run.extensionDir)],
    ['extensionTestsPath', remote(run.entry)],
    ['skipWelcome', 'true'],
  ]);
  const url = `${server.url}/?folder=${encodeURIComponent(run.stateDir)}&payload=${encodeURIComponent(payload)}`;
  const browser = await startBrowser();
  const lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  try {
    const page = await browser.context.newPage();
    const ended = new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(
          new Error(
            `the extension host tests took longer than ${run.limitMs / 1000} s:\n${lines.join('\n')}`,
          ),
        );
      }, run.limitMs);
      void page.exposeFunction('codeAutomationExit', () => {
        resolve();
      });
    });
    await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
      lines.push(`${type} ${args.map(String).join(' ')}`);
    });
    await page.goto(url);
    await ended;
    return lines.join('\n');
  } finally {
    clearTimeout(timer);
    await browser.close();
  }
}
