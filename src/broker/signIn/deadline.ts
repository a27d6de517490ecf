import type { Clock, Disposable } from '../../base/clock.js';

/** Ends something once its time is over, unless it is given more before. */
export class Deadline implements Disposable {
  #timer: Disposable;
  #isOver = false;

  /** @param milliseconds from now */
  constructor(
    private readonly clock: Clock,
    milliseconds: number,
    private readonly onOver: () => void,
  ) {
    this.#timer = clock.after(milliseconds, onOver);
  }

  /** @param milliseconds from now, in place of what is left; nothing after it was disposed */
  prolong(milliseconds: number): void {
    this.#timer.dispose();
    if (!this.#isOver) this.#timer = this.clock.after(milliseconds, this.onOver);
  }

  dispose(): void {
    this.#isOver = true;
    this.#timer.dispose();
  }
}
