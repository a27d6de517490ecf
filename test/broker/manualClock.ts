import type { Clock, Disposable } from '../../src/base/clock.js';

/** Time that stands still until a test moves it. */
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

  /** Resolves when something waits for a time that many milliseconds ahead. */
  async untilWaiting(milliseconds: number): Promise<void> {
    while (![...this.#timers].some(({ at }) => at === this.#now + milliseconds))
      await new Promise(setImmediate);
  }

  /** Moves time on and fires what is due, in order. */
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
