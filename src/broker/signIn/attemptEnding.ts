import { observationOfError, type ConsentStatusName, type Observation } from '../status/consentStatus.js';
import type { LastAttempt } from '../status/lastAttempt.js';
import type { SignInOutcome } from './signIn.js';

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
 * How an attempt ended, for the user to see.
 *
 * @returns `none` if nothing is left to see, after a success; undefined if what was to see stays, as the user who
 * cancels knows
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
      // Whoever was asked to sign in is at a server that wants it.
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
