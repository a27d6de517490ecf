import type { Clock, Disposable } from './ports.js';

/** A time that something may take. */
export interface TimeLimit extends Disposable {
  /** Aborted when the time is over, and not any more once disposed. */
  readonly signal: AbortSignal;
}

/** @param milliseconds from now */
export function timeLimit(clock: Clock, milliseconds: number): TimeLimit {
  const abort = new AbortController();
  const timer = clock.after(milliseconds, () =>
    abort.abort(new DOMException('It took too long.', 'TimeoutError')),
  );
  return { signal: abort.signal, dispose: () => timer.dispose() };
}
