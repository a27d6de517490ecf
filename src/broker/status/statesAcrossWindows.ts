import { isObject } from '../../oauth/jsonResponse.js';
import type { Disposable } from '../../base/clock.js';
import type { WindowNotices } from '../../base/storage.js';
import { attemptsFromNotice } from './lastAttempt.js';
import { seenFromNotice } from './observations.js';
import type { ServerStates } from './serverStates.js';

type Notice = Readonly<Record<string, unknown>>;

/** The messages between windows: each window has one at a time, always the newest. */
export class NoticeExchange implements Disposable {
  readonly #subscription: Disposable;
  #posted = '';
  #isPosting = false;
  #isListening = false;
  #hasNews = false;

  /**
   * @param say returns this window's message
   * @param hear receives the messages of all others; @returns whether they should receive this window's again
   */
  constructor(
    private readonly notices: WindowNotices,
    private readonly say: () => object,
    private readonly hear: (others: readonly Notice[]) => boolean,
  ) {
    this.#subscription = notices.onDidChange(() => void this.#listen());
  }

  /** To be called when this window may have something else to say. */
  post(): void {
    void this.#post();
  }

  dispose(): void {
    this.#subscription.dispose();
  }

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
    return JSON.stringify(this.say());
  }

  async #listen(): Promise<void> {
    this.#hasNews = true;
    if (this.#isListening) return;
    this.#isListening = true;
    try {
      while (this.#hasNews) {
        this.#hasNews = false;
        if (this.hear((await this.notices.others()).filter(isObject))) this.post();
      }
    } catch {
      // The next change is looked at again.
    } finally {
      this.#isListening = false;
    }
  }
}

/**
 * Lets every window know what any of them observed, and which consents are open in it, so that all of them show
 * the same.
 */
export class StatesOfWindows implements Disposable {
  readonly #owned: readonly Disposable[];

  constructor(states: ServerStates, notices: WindowNotices) {
    const exchange = new NoticeExchange(
      notices,
      () => ({ seen: states.seen, awaiting: states.awaitingHere, attempts: states.attempts }),
      (others) =>
        states.hear(
          others.flatMap(({ seen }) => seenFromNotice(seen)),
          others.flatMap(({ awaiting }) => textsOf(awaiting)),
          others.flatMap(({ attempts }) => attemptsFromNotice(attempts)),
        ),
    );
    this.#owned = [exchange, states.onDidObserve(() => exchange.post())];
  }

  dispose(): void {
    for (const part of this.#owned) part.dispose();
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}
