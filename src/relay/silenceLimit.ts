import type { Clock, Disposable } from '../broker/ports.js';

/** Longest time an upstream may say nothing of a request, in minutes. */
const minutes = 30;

/**
 * Ends the wait for an upstream that keeps the connection alive and says nothing of the request: comments, and
 * messages about other things, would hold its caller for ever.
 */
export class SilenceLimit implements Disposable {
  static readonly words = `said nothing of it for ${minutes} minutes`;

  readonly #abort = new AbortController();
  #timer: Disposable | undefined;

  constructor(private readonly clock: Clock) {}

  /** Aborted when it has been silent for too long. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The upstream was asked, or reported progress: it may be silent for as long again. */
  restart(): void {
    this.dispose();
    this.#timer = this.clock.after(minutes * 60_000, () =>
      this.#abort.abort(new DOMException(`The server ${SilenceLimit.words}.`, 'TimeoutError')),
    );
  }

  dispose(): void {
    this.#timer?.dispose();
  }
}
