import { downloadAndUnzipVSCode, runTests, SilentReporter, TestRunFailedError } from '@vscode/test-electron';
import { lookup } from 'node:dns/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EditorRan, EditorRun } from './extensionHostTests.js';

const DOWNLOAD_HOST = 'update.code.visualstudio.com';
const LOOKUP_LIMIT_MS = 3_000;

export interface DesktopNotHere {
  /** The reason that no desktop VS Code is available. */
  readonly notHere: string;
}

/**
 * Runs the tests in a desktop VS Code: the one in `VSCODE_EXECUTABLE`, or a downloaded one if the download
 * is reachable.
 *
 * @throws Error if the one in `VSCODE_EXECUTABLE` does not run
 */
export async function runDesktopTests(run: EditorRun): Promise<EditorRan | DesktopNotHere> {
  const named = process.env['VSCODE_EXECUTABLE'];
  if (named !== undefined) return runIn(named, run);
  if (
    process.platform === 'linux' &&
    process.env['DISPLAY'] === undefined &&
    process.env['WAYLAND_DISPLAY'] === undefined
  ) {
    return { notHere: 'there is no display' };
  }
  if (!(await canDownload())) return { notHere: `${DOWNLOAD_HOST} is not reachable` };
  try {
    const executable = await downloadAndUnzipVSCode({
      version: run.editor.version,
      cachePath: path.join(run.extensionDir, '.vscode-test'),
      reporter: new SilentReporter(),
    });
    return await runIn(executable, run);
  } catch (error) {
    if (error instanceof TestRunFailedError) throw error;
    return { notHere: `downloading it failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** If the name does not resolve soon, the download counts as unreachable. */
async function canDownload(): Promise<boolean> {
  const found = lookup(DOWNLOAD_HOST).then(
    () => true,
    () => false,
  );
  const abort = new AbortController();
  const late = delay(LOOKUP_LIMIT_MS, false, { signal: abort.signal }).catch(() => false);
  try {
    return await Promise.race([found, late]);
  } finally {
    abort.abort();
  }
}

async function runIn(executable: string, run: EditorRun): Promise<EditorRan> {
  const name = `desktop VS Code (${executable})`;
  const root = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  try {
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: run.extensionDir,
      extensionTestsPath: run.entry,
      extensionTestsEnv: { ...run.env },
      launchArgs: [
        run.stateDir,
        `--user-data-dir=${path.join(run.stateDir, 'u')}`,
        `--extensions-dir=${path.join(run.stateDir, 'e')}`,
        ...['--disable-workspace-trust', '--disable-updates', '--disable-telemetry', '--disable-gpu'],
        ...root,
      ],
    });
    return { name, output: '' };
  } catch (error) {
    // The failures are in the result file. This error only reports that there are some.
    if (error instanceof TestRunFailedError) return { name, output: error.message };
    throw error;
  }
}
