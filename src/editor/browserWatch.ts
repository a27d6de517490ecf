import type { Clock, Disposable, LaunchPage } from '../broker/ports.js';
import { usesEditorAccount } from '../broker/signIn/editorAccountVisit.js';
import type { SignInAttempt } from '../broker/signIn/signInAttempt.js';
import type { SignInPhase } from '../broker/signIn/signInOutcome.js';

/** How long a browser may take to come before the user is offered other ways, in milliseconds. */
const visitPatience = 3_000;
/** How long it may then stay at the authorization server, for a password and a second factor, in milliseconds. */
const returnPatience = 60_000;

/** Notices browsers that do not come to a launch page, or do not come back from the authorization server. */
export class BrowserWatch {
  readonly #visited = new WeakSet<LaunchPage>();
  readonly #returns = new WeakMap<SignInAttempt, Disposable>();

  constructor(private readonly clock: Clock) {}

  hasVisited(page: LaunchPage): boolean {
    return this.#visited.has(page);
  }

  /** @param onMissing called once, if no browser comes while the sign-in waits */
  awaitVisit(attempt: SignInAttempt, page: LaunchPage, onMissing: () => Promise<void>): void {
    const timer = this.clock.after(visitPatience, () => void onMissing());
    void page.visited.then(() => {
      this.#visited.add(page);
      timer.dispose();
    });
    void attempt.outcome.then(() => timer.dispose());
  }

  /** @param onMissing called once for a sign-in, if its browser stays away after it was sent on */
  awaitReturn(attempt: SignInAttempt, onMissing: () => Promise<void>): void {
    // There the browser is sent nowhere: the editor asks the user itself.
    if (usesEditorAccount(attempt.server) || this.#returns.has(attempt)) return;
    let timer: Disposable | undefined;
    const missing = () => {
      watch.dispose();
      void onMissing();
    };
    const follow = (phase: SignInPhase) => {
      timer?.dispose();
      if (phase !== 'waitingForConsent') return;
      // Where it is sent back to another machine than its own, there is nothing to wait for.
      const cannotReturn = attempt.redirect?.isOutOfReach === true;
      timer = this.clock.after(cannotReturn ? 0 : returnPatience, missing);
    };
    const phases = attempt.onDidChangePhase(follow);
    const watch = {
      dispose: () => {
        phases.dispose();
        timer?.dispose();
      },
    };
    this.#returns.set(attempt, watch);
    follow(attempt.phase);
    void attempt.outcome.then(() => watch.dispose());
  }

  /** For a sign-in that goes on without a browser here. */
  stopAwaitingReturn(attempt: SignInAttempt): void {
    this.#returns.get(attempt)?.dispose();
  }
}
