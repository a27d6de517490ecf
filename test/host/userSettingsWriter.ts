import { readFile, writeFile } from 'node:fs/promises';
import type * as VsCode from 'vscode';

/** How often the file is looked at, in milliseconds. */
const interval = 50;

/** What the file holds. */
export interface WantedSettings {
  /** Tells it from an earlier one with the same values. */
  readonly change: number;
  /** `null` takes a setting out. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * In the extension host: sets in the user's settings what a file says, each time it says something else. A window that
 * opens later has read the settings as they are by then, and leaves them so.
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
