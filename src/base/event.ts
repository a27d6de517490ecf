import type { Disposable } from './clock.js';

/** The smallest event there is: listeners are called in order, and one that throws does not stop the next. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event = (listener: (value: T) => void): Disposable => {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch {
        // A listener's failure is its own; the state that was announced has changed all the same.
      }
    }
  }
}
