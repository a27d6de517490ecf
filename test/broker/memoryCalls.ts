import type { Disposable } from '../../src/base/clock.js';
import type { CallChanges, CallStorage } from '../../src/broker/ports.js';

/** An in-memory call record with one part, which several ledgers can share. */
export class MemoryCalls implements CallStorage {
  readonly lines: string[] = [];
  failure: Error | undefined;
  #read = 0;
  #generation = 0;
  #readGeneration = 0;
  readonly #listeners = new Set<() => void>();

  append(line: string): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.lines.push(line);
    return Promise.resolve();
  }

  changes(): Promise<CallChanges> {
    const gone = this.#readGeneration === this.#generation ? [] : [`part ${this.#readGeneration}`];
    if (gone.length > 0) this.#read = 0;
    this.#readGeneration = this.#generation;
    const lines = this.lines.slice(this.#read);
    this.#read = this.lines.length;
    return Promise.resolve({
      added: lines.length === 0 ? [] : [{ part: `part ${this.#generation}`, lines }],
      gone,
    });
  }

  clear(): Promise<void> {
    this.lines.splice(0);
    this.#generation += 1;
    return Promise.resolve();
  }

  watch(onChange: () => void): Disposable {
    this.#listeners.add(onChange);
    return { dispose: () => void this.#listeners.delete(onChange) };
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  /** Notifies listeners as a write in another window does. */
  tell(): void {
    for (const listener of this.#listeners) listener();
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
