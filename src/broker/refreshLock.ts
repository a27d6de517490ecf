import type { Lock } from './ports.js';

/** The lock that whoever replaces a server's tokens holds, in whichever window. */
export function refreshLock(serverUrl: string): string {
  return `refresh ${serverUrl}`;
}

/**
 * Runs `work` under a server's refresh lock, so that no refresh that ends just after undoes it. Where the lock
 * is not to be had, the person's act is done all the same.
 *
 * @throws what `work` throws
 */
export async function insteadOfRefresh<T>(lock: Lock, serverUrl: string, work: () => Promise<T>): Promise<T> {
  let running: Promise<T> | undefined;
  await lock
    .hold(refreshLock(serverUrl), async () => {
      running = work();
      await running;
    })
    .catch(() => undefined);
  return running ?? work();
}
