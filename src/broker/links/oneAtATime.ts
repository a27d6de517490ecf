/**
 * Lets one piece of work run at a time, and drops what comes meanwhile: nothing queues up, and nothing takes the place of
 * what the user is reading.
 */
export class OneAtATime {
  #isBusy = false;

  /** @returns whether `work` was run */
  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.#isBusy) return false;
    this.#isBusy = true;
    try {
      await work();
    } finally {
      this.#isBusy = false;
    }
    return true;
  }
}
