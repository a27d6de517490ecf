import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomically } from '../files/atomicFile.js';

/**
 * Records what was written for other vendors' clients: one file for each client, without secrets, on the
 * machine of the clients' own files.
 */
export class ClientConnectionFiles {
  private readonly directory: string;

  /** @param storage the absolute path of the extension's storage on this machine */
  constructor(storage: string) {
    this.directory = path.join(storage, 'clients');
  }

  /** Returns the records as they were stored, without unreadable ones. */
  async all(): Promise<readonly unknown[]> {
    const names = (await readdir(this.directory).catch(() => [])).filter((name) => name.endsWith('.json'));
    const records = names.sort().map(async (name): Promise<readonly unknown[]> => {
      try {
        const record: unknown = JSON.parse(await readFile(path.join(this.directory, name), 'utf8'));
        return [record];
      } catch {
        return [];
      }
    });
    return (await Promise.all(records)).flat();
  }

  async put(name: string, record: object): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await writeAtomically(this.#path(name), JSON.stringify(record));
  }

  async remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return path.join(this.directory, `${name}.json`);
  }
}
