import { readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Lock, Memory } from '../../base/storage.js';
import { writeAtomically } from '../files/atomicFile.js';

/**
 * The memory of processes without an editor, in a shared file. Its content is not secret and can be learned
 * again, so an unreadable file counts as empty.
 */
export class FileMemory implements Memory {
  #known: { readonly state: string; readonly values: Readonly<Record<string, unknown>> } | undefined;

  /** @param file the absolute path; created when it is first needed */
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

  /** Returns the values, and reads the file again only if it has been replaced. */
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
