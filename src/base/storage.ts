import type { Disposable } from './clock.js';

/** Storage for secrets. The implementation encrypts it, and every window of the same user sees it. */
export interface SecretStore {
  get(key: string): Promise<string | undefined>;
  /** @param options.isOnDisk the value is kept on disk too, so that storage which is slow need not be waited for */
  set(key: string, value: string, options?: { readonly isOnDisk?: boolean }): Promise<void>;
  delete(key: string): Promise<void>;
  /** The keys there are, if the storage can list them. */
  keys?(): Promise<readonly string[]>;
  /** Fires after a change to `key` in this or another window. */
  onDidChange(listener: (key: string) => void): Disposable;
}

/** Storage for values that are not secret and should outlive a restart (tool lists, server information). */
export interface Memory {
  get(key: string): unknown;
  set(key: string, value: unknown): Promise<void>;
}

/** The newest version of a record, as every window sees it. */
export interface SharedRecord {
  /** Counts the writes; the higher one is the newer. */
  readonly generation: number;
  readonly text: string;
}

/**
 * Sealed records on a machine's disk that its windows never see an old version of. Secret storage alone does not do:
 * in a browser each tab reads it once, and on a desktop a write takes a while to reach another window. Records sealed
 * with another key belong to somebody else on this machine, and are as if they did not exist.
 */
export interface SharedRecords {
  read(name: string): Promise<SharedRecord | undefined>;
  /** The generation alone, which is cheap enough to be asked for at every request. */
  generation(name: string): Promise<number | undefined>;
  write(name: string, record: SharedRecord): Promise<void>;
  /** Fires when some record may have been written, by any window. */
  onDidChange?(listener: () => void): Disposable;
}

/** A window's messages to the others, without secrets. They are gone when the window closes. */
export interface WindowNotices extends Disposable {
  /** Replaces this window's earlier message. */
  post(notice: unknown): Promise<void>;
  /** What the other windows that are open say now. */
  others(): Promise<readonly unknown[]>;
  /** Fires when another window's message may have changed. */
  onDidChange(listener: () => void): Disposable;
}

/** Mutual exclusion between windows and processes of the same user. */
export interface Lock {
  /** Runs `work` while holding the lock called `name`, and releases it however `work` ends. */
  hold<T>(name: string, work: () => Promise<T>): Promise<T>;
}
