import type { Clock, Disposable } from '../../base/clock.js';

/** How long typing has to pause before something is asked, in milliseconds. */
const pause = 300;

/** How a search stands. */
export type SearchState<Found> =
  | { readonly kind: 'idle' }
  | { readonly kind: 'searching'; readonly text: string }
  | { readonly kind: 'found'; readonly text: string; readonly found: Found }
  | { readonly kind: 'failed'; readonly text: string; readonly error: unknown };

/**
 * Searches for the typed text once the user pauses. Further typing cancels the running request, so that at most one
 * runs, and a late response is never taken for the current one.
 */
export class SearchAsTyped<Found> implements Disposable {
  #state: SearchState<Found> = { kind: 'idle' };
  #timer: Disposable | undefined;
  #running: AbortController | undefined;

  constructor(
    private readonly search: (text: string, signal: AbortSignal) => Promise<Found>,
    private readonly clock: Clock,
    private readonly onChange: () => void,
  ) {}

  get state(): SearchState<Found> {
    return this.#state;
  }

  /** @param text undefined if there is nothing to search for */
  type(text: string | undefined): void {
    if (this.#state.kind !== 'idle' && this.#state.text === text) return;
    this.#stop();
    if (text === undefined) {
      this.#become({ kind: 'idle' });
      return;
    }
    this.#timer = this.clock.after(pause, () => void this.#run(text));
    this.#become({ kind: 'searching', text });
  }

  dispose(): void {
    this.#stop();
  }

  async #run(text: string): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    let state: SearchState<Found>;
    try {
      state = { kind: 'found', text, found: await this.search(text, running.signal) };
    } catch (error) {
      state = { kind: 'failed', text, error };
    }
    if (!running.signal.aborted) this.#become(state);
  }

  #stop(): void {
    this.#timer?.dispose();
    this.#running?.abort();
    this.#timer = undefined;
    this.#running = undefined;
  }

  #become(state: SearchState<Found>): void {
    this.#state = state;
    this.onChange();
  }
}
