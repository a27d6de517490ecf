import type { Lock } from '../../base/storage.js';

/**
 * The lock for replacing an account's tokens, in any window. Two accounts of a server do not wait for each other.
 *
 * @param accountKey absent if there is no account yet
 */
export function tokenLock(serverUrl: string, accountKey?: string): string {
  return accountKey === undefined ? `refresh ${serverUrl}` : `refresh ${serverUrl} ${accountKey}`;
}

/** The lock for adding or removing an account of a server. It is taken before the lock of the account's tokens. */
export function accountsLock(serverUrl: string): string {
  return `accounts ${serverUrl}`;
}

/**
 * Runs `work` under a lock, so that what another window does at the same time does not undo it. If the lock
 * is not to be had, the user's act is done all the same.
 *
 * @throws what `work` throws
 */
export async function underLock<T>(lock: Lock, name: string, work: () => Promise<T>): Promise<T> {
  let running: Promise<T> | undefined;
  await lock
    .hold(name, async () => {
      running = work();
      await running;
    })
    .catch(() => undefined);
  return running ?? work();
}
