import { placeOf, type Credential } from '../accounts/credential.js';
import { Emitter } from '../../base/event.js';
import { noSignInAt } from '../settings/grant.js';
import type { Disposable } from '../../base/clock.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { ServerStates } from '../status/serverStates.js';
import { SignInAttempt } from './signInAttempt.js';
import type { SignInDependencies } from './signInDependencies.js';
import { observationOfError, type ConsentStatusName, type Observation } from '../status/consentStatus.js';
import type { LastAttempt } from '../status/lastAttempt.js';
import type { SignInOutcome, SignInRequest } from './signIn.js';

/** A sign-in that was stored. */
export interface SignedIn {
  readonly attempt: SignInAttempt;
  readonly credential: Credential;
  /** See {@link SignInOutcome}. */
  readonly hasDefaultName?: true | undefined;
}

/** The running sign-ins, at most one for each server: requests that need the same consent share it. */
export class SignIns implements Disposable {
  readonly #running = new Map<string, SignInAttempt>();
  readonly #signedIn = new Emitter<SignedIn>();

  /** Fires for each sign-in that was stored, whatever began it. */
  readonly onDidSignIn = this.#signedIn.event;

  constructor(
    private readonly parts: SignInDependencies,
    private readonly states: ServerStates,
  ) {}

  /**
   * Returns the running attempt at a server, if there is one.
   *
   * @param agentId the agent that it is for; absent for the user's own
   */
  running(server: ServerConfig, agentId?: string): SignInAttempt | undefined {
    const attempt = this.#running.get(placeOf(server, agentId).url);
    return attempt?.hasEnded === true ? undefined : attempt;
  }

  /** Joins the running attempt or begins one. The attempt has already failed if no user can sign in. */
  begin(server: ServerConfig, request: SignInRequest): SignInAttempt {
    const { forAgent } = request;
    const running = this.running(server, forAgent);
    if (running !== undefined) return running;
    const attempt = new SignInAttempt(server, request, this.parts);
    const nobody = noSignInAt(server);
    if (nobody !== undefined) {
      attempt.fail(nobody);
      return attempt;
    }
    const awaiting = this.states.awaitConsent(server);
    const { url: place } = placeOf(server, forAgent);
    this.#running.set(place, attempt);
    let before: Before | undefined;
    const looked = this.#before(server, request).then((known) => (before = known));
    void attempt.outcome.then((outcome) => {
      if (this.#running.get(place) === attempt) this.#running.delete(place);
      awaiting.dispose();
      // What was read may be what was wrong.
      if (outcome.kind === 'failed') this.parts.metadata?.drop(server);
      // The outcome is emitted at once if it is known, so that those that wait for it find the resulting state.
      if (before !== undefined) this.#ended(attempt, outcome, before);
      else void looked.then((known) => this.#ended(attempt, outcome, known));
    });
    return attempt;
  }

  #ended(attempt: SignInAttempt, outcome: SignInOutcome, { credential, ...before }: Before): void {
    const { server, request } = attempt;
    const ending = attemptEnding(outcome, this.parts.clock.now());
    // An agent's ask is shown with the agent.
    if (request.forAgent === undefined && ending !== undefined)
      this.states.showAttempt(server, ending === 'none' ? undefined : ending);
    const observation = observationOfAttempt(outcome, before);
    const of = outcome.kind === 'signedIn' ? outcome.credential : credential;
    if (observation !== undefined) this.states.observe(server, observation, of);
    if (outcome.kind === 'signedIn') this.#signedIn.fire({ ...outcome, attempt });
  }

  /** The status of the server for the attempt's account before it began. A failing storage does not change it. */
  async #before(server: ServerConfig, { account, anotherAccount, forAgent }: SignInRequest): Promise<Before> {
    const isFurther = anotherAccount === true || forAgent !== undefined;
    try {
      const credential = await this.parts.credentials.get(server.url, account);
      const { status } = await this.states.settledStatus(server, account);
      const isSignedIn = credential !== undefined;
      return { isFurther, isSignedIn, status, credential };
    } catch {
      return { isFurther, isSignedIn: false, status: 'unknown' };
    }
  }

  dispose(): void {
    for (const attempt of [...this.#running.values()]) attempt.cancel();
  }
}

/** With the sign-in that was there. */
type Before = BeforeAttempt & { readonly credential?: Credential | undefined };

/*
 * Two facts of a server, which are never mixed: whether the next call can run, and how the last attempt to sign in ended.
 */

/** What is known of a server when an attempt ends. */
export interface BeforeAttempt {
  /** Whether the account that the attempt was for has a sign-in already. */
  readonly isSignedIn: boolean;
  /** What the next call would have met. */
  readonly status: ConsentStatusName;
  /** The attempt was for another account, or for an agent alone. */
  readonly isFurther: boolean;
}

/**
 * How an attempt ended, as the user sees it.
 *
 * @returns `none` if nothing remains to be shown after a success; undefined if the last result stays, because the
 *   user cancelled and knows about it
 */
export function attemptEnding(outcome: SignInOutcome, at: number): LastAttempt | 'none' | undefined {
  switch (outcome.kind) {
    case 'signedIn':
      return 'none';
    case 'cancelled':
      return undefined;
    case 'timedOut':
      return { kind: 'timedOut', at };
    case 'declined':
      return { kind: 'declined', at, detail: outcome.detail };
    case 'failed':
      // A server that asks for no sign-in is no failure.
      if (outcome.error.code === 'notProtected') return 'none';
      return { kind: 'failed', at, detail: outcome.error.advice };
  }
}

/**
 * What an attempt's end shows of the next call. While calls work, an extra that was declined or failed shows nothing; if
 * calls wait for a sign-in, what made it fail stands in their way too.
 */
export function observationOfAttempt(outcome: SignInOutcome, before: BeforeAttempt): Observation | undefined {
  switch (outcome.kind) {
    case 'signedIn':
      return { kind: 'answered', authorized: true };
    case 'cancelled':
    case 'timedOut':
      return undefined;
    case 'declined':
      // If a sign-in was requested, the server requires one.
      return before.isSignedIn || before.status !== 'unknown' ? undefined : { kind: 'challenged' };
    case 'failed': {
      if (before.isFurther && before.isSignedIn) return undefined;
      const observation = observationOfError(outcome.error);
      return worksNow[before.status] && observation?.kind !== 'answered' ? undefined : observation;
    }
  }
}

/** Whether calls are answered as things are. */
const worksNow: Readonly<Record<ConsentStatusName, boolean>> = {
  ...{ ready: true, open: true, needsScopes: true, denied: true },
  ...{ unknown: false, signedOut: false, awaitingConsent: false, expired: false },
  ...{ unreachable: false, misconfigured: false },
};
