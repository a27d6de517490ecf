import { isObject } from '../oauth/jsonAnswer.js';
import { seenFromNotice } from './observations.js';
import type { Disposable, WindowNotices } from './ports.js';
import type { ServerStates } from './serverStates.js';

/**
 * Lets every window know what any of them observed, and which consents are open in it, so that all of them show
 * the same.
 */
export class StatesOfWindows implements Disposable {
  readonly #subscriptions: readonly Disposable[];
  #posted = '';
  #isPosting = false;
  #isListening = false;
  #hasNews = false;

  constructor(
    private readonly states: ServerStates,
    private readonly notices: WindowNotices,
  ) {
    this.#subscriptions = [
      states.onDidObserve(() => void this.#post()),
      notices.onDidChange(() => void this.#listen()),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** One at a time, and always the newest. */
  async #post(): Promise<void> {
    if (this.#isPosting) return;
    this.#isPosting = true;
    try {
      for (let text = this.#text(); text !== this.#posted; text = this.#text()) {
        this.#posted = text;
        await this.notices.post(JSON.parse(text));
      }
    } catch {
      // A disk that takes nothing now may take the next one; this window is right all the same.
      this.#posted = '';
    } finally {
      this.#isPosting = false;
    }
  }

  #text(): string {
    return JSON.stringify({ seen: this.states.seen, awaiting: this.states.awaitingHere });
  }

  async #listen(): Promise<void> {
    this.#hasNews = true;
    if (this.#isListening) return;
    this.#isListening = true;
    try {
      while (this.#hasNews) {
        this.#hasNews = false;
        const others = (await this.notices.others()).filter(isObject);
        const isAhead = this.states.hear(
          others.flatMap(({ seen }) => seenFromNotice(seen)),
          others.flatMap(({ awaiting }) => textsOf(awaiting)),
        );
        if (isAhead) void this.#post();
      }
    } catch {
      // The next change is looked at again.
    } finally {
      this.#isListening = false;
    }
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}
