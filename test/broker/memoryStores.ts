import type { Disposable } from '../../src/base/clock.js';
import type { Log } from '../../src/base/log.js';
import type { Lock, Memory, SecretStore } from '../../src/base/storage.js';

/** In-memory secret storage. `entries` has what would be on disk. */
export class MemorySecrets implements SecretStore {
  readonly entries = new Map<string, string>();
  readonly #listeners = new Set<(key: string) => void>();

  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.entries.get(key));
  }

  set(key: string, value: string): Promise<void> {
    this.entries.set(key, value);
    this.#tell(key);
    return Promise.resolve();
  }

  delete(key: string): Promise<void> {
    this.entries.delete(key);
    this.#tell(key);
    return Promise.resolve();
  }

  onDidChange(listener: (key: string) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  #tell(key: string): void {
    for (const listener of this.#listeners) listener(key);
  }
}

/** In-memory storage for data that is not secret. */
export class MemoryMemory implements Memory {
  readonly entries = new Map<string, unknown>();

  get(key: string): unknown {
    return this.entries.get(key);
  }

  set(key: string, value: unknown): Promise<void> {
    this.entries.set(key, value);
    return Promise.resolve();
  }
}

/** A lock within one process. Holders of one name run one after another. */
export class MemoryLock implements Lock {
  readonly #tails = new Map<string, Promise<unknown>>();

  hold<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#tails.get(name) ?? Promise.resolve()).then(work, work);
    this.#tails.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  }
}

/** A log that tests can search. */
export class MemoryLog implements Log {
  readonly lines: string[] = [];
  debug = (message: string): void => void this.lines.push(message);
  info = this.debug;
  warn = this.debug;
  error = this.debug;
}
