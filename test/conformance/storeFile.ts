import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { Disposable } from '../../src/base/clock.js';
import type { Memory, SecretStore } from '../../src/base/storage.js';

type Entries = Record<string, unknown>;

/**
 * Secrets and memory in one file, unencrypted, for runs against test servers. Without a file, they end with
 * the process.
 */
export class StoreFile {
  readonly #entries: { readonly secrets: Entries; readonly memory: Entries };
  readonly #listeners = new Set<(key: string) => void>();
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly file: string | undefined) {
    this.#entries = { secrets: {}, memory: {}, ...read(file) };
  }

  readonly secrets: SecretStore = {
    get: (key) => Promise.resolve(this.#entries.secrets[key] as string | undefined),
    set: (key, value) => this.#change('secrets', key, value),
    delete: (key) => this.#change('secrets', key, undefined),
    onDidChange: (listener): Disposable => {
      this.#listeners.add(listener);
      return { dispose: () => void this.#listeners.delete(listener) };
    },
  };

  readonly memory: Memory = {
    get: (key) => this.#entries.memory[key],
    set: (key, value) => this.#change('memory', key, value),
  };

  async #change(part: 'secrets' | 'memory', key: string, value: unknown): Promise<void> {
    const entries = this.#entries[part];
    if (value === undefined) Reflect.deleteProperty(entries, key);
    else entries[key] = value;
    if (part === 'secrets') for (const listener of this.#listeners) listener(key);
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  /** Written atomically, with access for the user only. */
  async #write(): Promise<void> {
    if (this.file === undefined) return;
    const temporary = `${this.file}.${process.pid}`;
    await writeFile(temporary, JSON.stringify(this.#entries), { mode: 0o600 });
    await rename(temporary, this.file);
  }
}

function read(file: string | undefined): Partial<{ secrets: Entries; memory: Entries }> {
  if (file === undefined) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { secrets: Entries; memory: Entries };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
