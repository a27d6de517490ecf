import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { lock } from 'proper-lockfile';
import type { Log } from '../../base/log.js';
import type { Lock } from '../../base/storage.js';

/** A lock is taken over if its holder has not renewed it for this long, in milliseconds. */
const staleAfter = 10_000;
const sayAliveEvery = 2_000;
/** A refresh is bounded by the time limit of one response; to wait longer than this is in vain. */
const longestWait = 30_000;
const askAgainEvery = 50;

/** The lock stayed with another window or process for too long. */
export class LockTimeout extends Error {
  override readonly name = 'LockTimeout';
  constructor(readonly lockName: string) {
    super(`Another window has held the lock “${lockName}” for ${longestWait / 1000} s.`);
  }
}

/** Mutual exclusion between windows and processes through a directory they share. */
export class FileLock implements Lock {
  /** @param directory absolute; made when it is first needed */
  constructor(
    private readonly directory: string,
    private readonly log: Log,
  ) {}

  /** @throws LockTimeout; what `work` throws is thrown as it is, with the lock released */
  async hold<T>(name: string, work: () => Promise<T>): Promise<T> {
    await mkdir(this.directory, { recursive: true });
    const release = await this.#acquire(name);
    try {
      return await work();
    } finally {
      // A lock taken over by another meanwhile is no longer ours to release.
      await release().catch(() => undefined);
    }
  }

  async #acquire(name: string): Promise<() => Promise<void>> {
    try {
      return await lock(this.#file(name), {
        // The file itself is never made; the lock is a directory next to it.
        realpath: false,
        stale: staleAfter,
        update: sayAliveEvery,
        retries: {
          retries: longestWait / askAgainEvery,
          factor: 1,
          minTimeout: askAgainEvery,
          maxTimeout: askAgainEvery,
        },
        // By default this throws outside of any call, which ends the process.
        onCompromised: () => this.log.warn('A lock was taken over by another window while it was held.'),
      });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ELOCKED') throw new LockTimeout(name);
      throw error;
    }
  }

  /** Names hold addresses, which no file system takes, so they are hashed. */
  #file(name: string): string {
    return path.join(this.directory, createHash('sha256').update(name).digest('hex').slice(0, 32));
  }
}
