import { placeOf } from '../accounts/agentSignIn.js';
import { observationOfError, type Observation } from '../consentStatus.js';
import type { Credential } from '../accounts/credential.js';
import { Emitter } from '../emitter.js';
import { noSignInAt } from './noSignIn.js';
import type { Disposable } from '../ports.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { ServerStates } from '../status/serverStates.js';
import { SignInAttempt } from './signInAttempt.js';
import type { SignInOutcome } from './signInOutcome.js';
import type { SignInParts } from './signInParts.js';
import type { SignInRequest } from './signInRequest.js';

/** A sign-in that was stored. */
export interface SignedIn {
  readonly attempt: SignInAttempt;
  readonly credential: Credential;
  /** See {@link SignInOutcome}. */
  readonly hasDefaultName?: true;
}

/** The sign-ins under way, one a server: whoever needs the same consent waits for the same one. */
export class SignIns implements Disposable {
  readonly #running = new Map<string, SignInAttempt>();
  readonly #signedIn = new Emitter<SignedIn>();

  /** Tells of each sign-in that was stored, whoever began it. */
  readonly onDidSignIn = this.#signedIn.event;

  constructor(
    private readonly parts: SignInParts,
    private readonly states: ServerStates,
  ) {}

  /**
   * The attempt under way at a server, if there is one.
   *
   * @param agentId the agent it is for; the person's own where absent
   */
  running(server: ServerConfig, agentId?: string): SignInAttempt | undefined {
    const attempt = this.#running.get(placeOf(server, agentId).url);
    return attempt?.hasEnded === true ? undefined : attempt;
  }

  /** Joins the attempt under way, or begins one; it has failed already where nobody can sign in. */
  begin(server: ServerConfig, request: SignInRequest): SignInAttempt {
    const { account, anotherAccount, forAgent } = request;
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
    let before: Credential | undefined;
    void this.parts.credentials.get(server.url, account).then(
      (credential) => (before = credential),
      () => undefined,
    );
    void attempt.outcome.then((outcome) => {
      if (this.#running.get(place) === attempt) this.#running.delete(place);
      awaiting.dispose();
      // What was read may be what was wrong.
      if (outcome.kind === 'failed') this.parts.metadata?.drop(server);
      const observation = observationOf(outcome);
      const of = outcome.kind === 'signedIn' ? outcome.credential : before;
      // Who signs in another account, and does not in the end, has the one from before as it was.
      // So has the person, whatever came of a sign-in for an agent.
      const isFurther = anotherAccount === true || forAgent !== undefined;
      const isNews = outcome.kind === 'signedIn' || !isFurther || before === undefined;
      if (observation !== undefined && isNews) this.states.observe(server, observation, of);
      if (outcome.kind === 'signedIn') this.#signedIn.fire({ ...outcome, attempt });
    });
    return attempt;
  }

  dispose(): void {
    for (const attempt of [...this.#running.values()]) attempt.cancel();
  }
}

/** What a sign-in's end says of the server; that the person took no time for it says nothing. */
function observationOf(outcome: SignInOutcome): Observation | undefined {
  switch (outcome.kind) {
    case 'signedIn':
      return { kind: 'answered', authorized: true };
    case 'declined':
      return { kind: 'denied', by: outcome.by, detail: outcome.detail };
    case 'failed':
      return observationOfError(outcome.error);
    case 'cancelled':
    case 'timedOut':
      return undefined;
  }
}
