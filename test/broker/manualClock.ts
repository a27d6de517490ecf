import type { Clock, Disposable } from '../../src/base/clock.js';

/** A clock that advances only when a test advances it. */
export class ManualClock implements Clock {
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  #now = Date.now();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): Disposable {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return { dispose: () => void this.#timers.delete(timer) };
  }

  /** Resolves when a timer waits for a time that many milliseconds ahead. */
  async untilWaiting(milliseconds: number): Promise<void> {
    while (![...this.#timers].some(({ at }) => at === this.#now + milliseconds))
      await new Promise(setImmediate);
  }

  /** Advances the time and fires due timers in order. */
  advance(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = until;
  }
}
