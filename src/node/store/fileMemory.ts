import { readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Lock, Memory } from '../../base/storage.js';
import { writeAtomically } from '../files/atomicFile.js';

/**
 * What processes without an editor remember, in a file they share. Nothing of it is secret, and all of it can be
 * learned again: a file that cannot be read counts as empty.
 */
export class FileMemory implements Memory {
  #known: { readonly state: string; readonly values: Readonly<Record<string, unknown>> } | undefined;

  /** @param file absolute; made when it is first needed */
  constructor(
    private readonly file: string,
    private readonly lock: Lock,
  ) {}

  get(key: string): unknown {
    const values = this.#values();
    return Object.hasOwn(values, key) ? values[key] : undefined;
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.lock.hold('memory', async () => {
      const values = Object.entries(this.#values()).filter(([name]) => name !== key);
      if (value !== undefined) values.push([key, value]);
      await mkdir(path.dirname(this.file), { recursive: true, mode: 0o700 });
      await writeAtomically(this.file, JSON.stringify(Object.fromEntries(values)));
    });
  }

  /** Read again only if the file is another one than before. */
  #values(): Readonly<Record<string, unknown>> {
    try {
      const { ino, mtimeMs, size } = statSync(this.file);
      const state = `${ino} ${mtimeMs} ${size}`;
      if (this.#known?.state === state) return this.#known.values;
      const values: unknown = JSON.parse(readFileSync(this.file, 'utf8'));
      if (typeof values !== 'object' || values === null || Array.isArray(values)) return {};
      this.#known = { state, values: values as Readonly<Record<string, unknown>> };
      return this.#known.values;
    } catch {
      return {};
    }
  }
}
