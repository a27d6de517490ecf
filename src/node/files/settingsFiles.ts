import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A settings file of the editor's. */
export interface SettingsFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** Largest settings file that is read, in characters. */
const largest = 4 * 1024 * 1024;

/**
 * The settings files of the machine that the extension host runs on. They lie beside the storage that the editor gives
 * an extension: `<data>/User/globalStorage/<id>`, of which `<data>/Machine/settings.json` holds what counts for this
 * machine as a remote one (VS Code, `serverEnvironmentService.ts`), and `<data>/User/profiles/<id>/settings.json` what
 * counts in a profile (`userDataProfile.ts`).
 */
export class SettingsFiles {
  /** @param globalStorage absolute */
  constructor(private readonly globalStorage: string) {}

  /** The content of this machine's file, if there is one. */
  async machine(): Promise<SettingsFile | undefined> {
    return fileAt(path.join(this.globalStorage, '..', '..', '..', 'Machine', 'settings.json'));
  }

  /** Those of all profiles but the default one. */
  async profiles(): Promise<readonly SettingsFile[]> {
    const profiles = path.join(this.globalStorage, '..', '..', 'profiles');
    const names = await readdir(profiles).catch(() => []);
    const files = await Promise.all(
      names.sort().map((name) => fileAt(path.join(profiles, name, 'settings.json'))),
    );
    return files.filter((file) => file !== undefined);
  }
}

async function fileAt(file: string): Promise<SettingsFile | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined || text.length > largest ? undefined : { path: file, text };
}
