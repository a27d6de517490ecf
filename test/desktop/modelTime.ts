import { stat } from 'node:fs/promises';
import { ManualClock } from '../broker/manualClock.js';

const STEP_MS = 10;
/** No situation takes longer; in milliseconds of the model's time. */
const LONGEST_MS = 10 * 60_000;
/** Turns of the event loop in which nothing happens before time goes on. */
const QUIET_TURNS = 4;

/** Time that goes on only while everything in the model waits for it: files and ciphers take none of it. */
export class ModelTime extends ManualClock {
  #busy = 0;

  /** Marks work that takes real time, such as a file, and none of the model's. */
  async working<T>(work: Promise<T>): Promise<T> {
    this.#busy++;
    try {
      return await work;
    } finally {
      this.#busy--;
    }
  }

  /** Lets time go on until `outcome` has settled. */
  async until<T>(outcome: Promise<T>): Promise<T> {
    const settled = { yet: false };
    void outcome.catch(() => undefined).then(() => (settled.yet = true));
    for (let passed = 0; ; passed += STEP_MS) {
      await this.#quiet();
      if (settled.yet) return outcome;
      if (passed > LONGEST_MS) throw new Error('It did not end within ten minutes of the model’s time.');
      this.advance(STEP_MS);
    }
  }

  /** Lets so many milliseconds pass, with all that happens in them. */
  async pass(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += STEP_MS) {
      await this.#quiet();
      this.advance(STEP_MS);
    }
    await this.#quiet();
  }

  async #quiet(): Promise<void> {
    for (let turns = 0; turns < QUIET_TURNS; turns++) {
      // Behind what the thread pool has been given before.
      await Promise.all([crypto.subtle.digest('SHA-256', new Uint8Array(1)), stat(__filename)]);
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#busy > 0) turns = 0;
    }
  }
}
