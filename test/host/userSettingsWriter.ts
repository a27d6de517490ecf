import { readFile, writeFile } from 'node:fs/promises';
import type * as VsCode from 'vscode';

/** Interval for reading the file, in milliseconds. */
const interval = 50;

/** The content of the file. */
export interface WantedSettings {
  /** Distinguishes it from an earlier one with the same values. */
  readonly change: number;
  /** `null` removes a setting. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Runs in the extension host and sets the user's settings to a file's content whenever it changes. A window
 * that opens later already has the current settings, and leaves them unchanged.
 */
export function applySettings(vscode: typeof VsCode, file: string): void {
  const appliedFile = `${file}.applied`;
  let applied: string | undefined;
  const look = async () => {
    applied ??= await textOf(appliedFile);
    const text = await textOf(file);
    if (text !== '' && text !== applied && (await apply(vscode, text))) {
      applied = text;
      await writeFile(appliedFile, text);
    }
    setTimeout(() => void look(), interval);
  };
  void look();
}

function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

/** @returns whether all of it is set; another window may be writing the same file */
async function apply(vscode: typeof VsCode, text: string): Promise<boolean> {
  try {
    for (const [key, value] of Object.entries((JSON.parse(text) as WantedSettings).values)) {
      const wanted = value ?? undefined;
      const configuration = vscode.workspace.getConfiguration();
      const { globalValue } = configuration.inspect(key) ?? {};
      if (JSON.stringify(globalValue) === JSON.stringify(wanted)) continue;
      await configuration.update(key, wanted, vscode.ConfigurationTarget.Global);
    }
    return true;
  } catch {
    return false;
  }
}
