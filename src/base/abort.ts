import type { Clock, Disposable } from './clock.js';

/**
 * Waits for `work` no longer than the signal lets it; the work itself goes on.
 *
 * @throws the signal's reason
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason as Error);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * Resolves after some milliseconds.
 *
 * @throws the signal's reason
 */
export async function delay(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = clock.after(milliseconds, over.resolve);
  await untilAborted(over.promise, signal).finally(() => timer.dispose());
}

/** A time that something may take. */
export interface TimeLimit extends Disposable {
  /** Aborted when the time is over, and not any more once disposed. */
  readonly signal: AbortSignal;
}

/** @param milliseconds from now */
export function timeLimit(clock: Clock, milliseconds: number): TimeLimit {
  const abort = new AbortController();
  const timer = clock.after(milliseconds, () =>
    abort.abort(new DOMException('The operation timed out.', 'TimeoutError')),
  );
  return { signal: abort.signal, dispose: () => timer.dispose() };
}
