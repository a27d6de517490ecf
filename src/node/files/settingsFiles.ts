import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A settings file of the editor. */
export interface SettingsFile {
  /** The absolute path. */
  readonly path: string;
  readonly text: string;
}

/** The largest settings file that is read, in characters. */
const largest = 4 * 1024 * 1024;

/**
 * The settings files of the machine that the extension host runs on. Their location is relative to the
 * storage that the editor gives an extension, `<data>/User/globalStorage/<id>`:
 * `<data>/Machine/settings.json` applies to this machine as a remote one (VS Code,
 * `serverEnvironmentService.ts`), and `<data>/User/profiles/<id>/settings.json` to a profile
 * (`userDataProfile.ts`).
 */
export class SettingsFiles {
  /** @param globalStorage the absolute path */
  constructor(private readonly globalStorage: string) {}

  /** Returns this machine's file, if there is one. */
  async machine(): Promise<SettingsFile | undefined> {
    return fileAt(path.join(this.globalStorage, '..', '..', '..', 'Machine', 'settings.json'));
  }

  /** Returns the files of all profiles except the default one. */
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
