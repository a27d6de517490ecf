import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isCode, replaceFile } from './replaceFile.js';

const form = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A random id that tells this machine from others, in a file that its user alone may read. Another machine that is
 * reached under the same name, such as a container that was built again, has another.
 */
export class HostId {
  readonly #file: string;
  #id: Promise<string> | undefined;

  /** @param directory absolute; made when it is first needed */
  constructor(private readonly directory: string) {
    this.#file = path.join(directory, 'hostId');
  }

  /** Where the disk keeps nothing, an id that lasts for as long as this process. */
  get(): Promise<string> {
    return (this.#id ??= this.#find().catch(() => randomUUID()));
  }

  async #find(): Promise<string> {
    const known = await this.#read();
    if (known !== undefined) return known;
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const id = randomUUID();
    const temporary = `${this.#file}.${id}.tmp`;
    try {
      await writeFile(temporary, id, { mode: 0o600, flag: 'wx' });
      // Whoever is first has it: unlike a rename, a link replaces nothing.
      await link(temporary, this.#file).catch((error: unknown) => {
        if (!isCode(error, 'EEXIST')) throw error;
      });
      const kept = await this.#read();
      if (kept !== undefined) return kept;
      // The file holds something else.
      await replaceFile(temporary, this.#file);
      return id;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async #read(): Promise<string | undefined> {
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    return form.test(text) ? text : undefined;
  }
}
