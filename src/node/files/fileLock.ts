import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { lock } from 'proper-lockfile';
import type { Log } from '../../base/log.js';
import type { Lock } from '../../base/storage.js';

/** The age in milliseconds at which a lock that its holder has not renewed may be taken over. */
const staleAfter = 10_000;
const sayAliveEvery = 2_000;
/**
 * The longest wait for a lock, in milliseconds. A refresh is limited by the time limit of one response, so a
 * longer wait would be futile.
 */
const longestWait = 30_000;
const askAgainEvery = 50;

/** Another window or process has held the lock for too long. */
export class LockTimeout extends Error {
  override readonly name = 'LockTimeout';
  constructor(readonly lockName: string) {
    super(`Another window has held the lock “${lockName}” for ${longestWait / 1000} s.`);
  }
}

/** Mutual exclusion between windows and processes through a shared directory. */
export class FileLock implements Lock {
  /** @param directory the absolute path; created when it is first needed */
  constructor(
    private readonly directory: string,
    private readonly log: Log,
  ) {}

  /**
   * @throws LockTimeout if the lock is not released in time
   * @throws any error of `work`, after the lock has been released
   */
  async hold<T>(name: string, work: () => Promise<T>): Promise<T> {
    await mkdir(this.directory, { recursive: true });
    const release = await this.#acquire(name);
    try {
      return await work();
    } finally {
      // A lock that another process has taken over must not be released here.
      await release().catch(() => undefined);
    }
  }

  async #acquire(name: string): Promise<() => Promise<void>> {
    try {
      return await lock(this.#file(name), {
        // The locked file itself is never created; the lock is a directory next to it.
        realpath: false,
        stale: staleAfter,
        update: sayAliveEvery,
        retries: {
          retries: longestWait / askAgainEvery,
          factor: 1,
          minTimeout: askAgainEvery,
          maxTimeout: askAgainEvery,
        },
        // By default, this throws outside any call, which would end the process.
        onCompromised: () => this.log.warn('A lock was taken over by another window while it was held.'),
      });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ELOCKED') throw new LockTimeout(name);
      throw error;
    }
  }

  /** Names contain addresses, which are not valid file names, so they are hashed. */
  #file(name: string): string {
    return path.join(this.directory, createHash('sha256').update(name).digest('hex').slice(0, 32));
  }
}
