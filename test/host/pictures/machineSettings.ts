import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The file with settings of scope `machine`, changed as a person does who edits it. */
export class MachineSettings {
  readonly #file: string;

  /** @param userDataDir the editor's, absolute */
  constructor(userDataDir: string) {
    this.#file = path.join(userDataDir, 'Machine', 'settings.json');
  }

  async change(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const before = JSON.parse(await readFile(this.#file, 'utf8')) as Record<string, unknown>;
    await writeFile(`${this.#file}.tmp`, JSON.stringify({ ...before, ...settings }, undefined, 2));
    await rename(`${this.#file}.tmp`, this.#file);
  }
}
