import { attemptsFromNotice } from './lastAttempt.js';
import { NoticeExchange } from './noticeExchange.js';
import { seenFromNotice } from './observations.js';
import type { Disposable, WindowNotices } from '../ports.js';
import type { ServerStates } from './serverStates.js';

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
