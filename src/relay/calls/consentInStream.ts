import type { ConsentNeed } from '../../broker/fetch/authorizedFetch.js';
import type { RefusalReason } from '../../broker/calls/callRecord.js';
import { consentFacts, type ConsentPrompt } from '../../broker/signIn/consentPrompt.js';
import type { Credential } from '../../broker/accounts/credential.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import type { Disposable } from '../../base/clock.js';
import type { SignInAttempt } from '../../broker/signIn/signInAttempt.js';
import type { SignInOutcome } from '../../broker/signIn/signIn.js';
import type { SignIns } from '../../broker/signIn/signIns.js';
import {
  accessScopes,
  cardMessage,
  refusals,
  askingHow,
  phaseTexts,
  type ConsentSubject,
} from '../../mcp/consentTexts.js';
import { broughtInput, consentRequired, mayRequireInput } from '../../mcp/statelessRevision.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import {
  cardOpened,
  cardPage,
  showCard,
  withReminder,
  type CardAnswer,
  type CardParts,
} from './consentCard.js';
import type { AskedConsent, ConsentRounds } from '../callers/consentRounds.js';
import { describeRequest, type InFlightRequest } from '../callers/inFlightRequest.js';
import { lackingScopes, otherAccount } from './grantedConsent.js';
import { untilAborted } from '../../base/abort.js';
import { UserWait } from './userWait.js';

/** How long a sign-in that a request began can be finished, in milliseconds; the request may give up sooner. */
const consentDeadline = 4 * 60_000;

export type ConsentOutcome =
  | { readonly kind: 'granted'; readonly credential: Credential }
  | { readonly kind: 'refused'; readonly text: string; readonly reason: RefusalReason };

/** `asked`: the result of the request is the question, and the request comes again with the answer to it. */
export type ObtainedConsent = ConsentOutcome | { readonly kind: 'asked' };

const declinedInEditor = 'It was declined in the editor.';

/**
 * Asks for consent in the request that needs it: the request waits, its stream shows one card, and the same
 * request continues afterwards. Other requests that need the same consent wait without a card of their own.
 */
export class ConsentInStream {
  /** Whose stream shows the card of an attempt. */
  readonly #cards = new WeakMap<SignInAttempt, InFlightRequest>();
  /** About to be asked for in a result. */
  readonly #beingAsked = new WeakSet<SignInAttempt>();
  /** To be called when the client of a request has refused to ask the user. */
  readonly #unasked = new WeakMap<InFlightRequest, () => void>();

  constructor(
    private readonly signIns: SignIns,
    private readonly credentials: CredentialStore,
    private readonly prompt: ConsentPrompt,
    private readonly rounds: ConsentRounds,
    private readonly cardParts: CardParts,
  ) {}

  /** @throws the reason of the request's signal, if the caller left or cancelled */
  async obtain(inFlight: InFlightRequest, need: ConsentNeed): Promise<ObtainedConsent> {
    const { server } = inFlight.session;
    // Even a caller that wants no progress gets headers: without any it gives up before the user decides.
    if (inFlight.acceptsEventStream) inFlight.stream();
    this.#leaveOrphan(inFlight, need);
    const attempt = this.signIns.begin(server, {
      challenge: need.challenge,
      scopes: need.kind === 'stepUp' ? need.scopes : undefined,
      account: inFlight.session.caller.account,
      renews: true,
      deadline: consentDeadline,
    });
    const phases = attempt.onDidChangePhase((phase) =>
      inFlight.progress(phaseTexts(phase, inFlight.session.t)),
    );
    let waiting: Disposable | undefined;
    try {
      const subject = await this.#subject(inFlight, need, attempt);
      if ('kind' in subject) return subject;
      waiting = inFlight.call?.waitFor(need);
      if (
        this.#asksInResult(inFlight, attempt) &&
        (await this.#askInResult(inFlight, need, attempt, subject))
      ) {
        return { kind: 'asked' };
      }
      inFlight.progress(phaseTexts(attempt.phase, inFlight.session.t));
      this.#ask(inFlight, need, attempt, subject);
      return await this.#settled(inFlight, need, attempt, subject);
    } finally {
      waiting?.dispose();
      phases.dispose();
    }
  }

  /**
   * Goes on with a consent that a result asked for.
   *
   * @throws the reason of the request's signal
   */
  async resume(inFlight: InFlightRequest, asked: AskedConsent, accepted: boolean): Promise<ConsentOutcome> {
    const { attempt, page, need, subject } = asked;
    if (accepted) cardOpened(inFlight, attempt, page, this.cardParts);
    else attempt.decline(declinedInEditor);
    if (inFlight.acceptsEventStream) inFlight.stream();
    const phases = attempt.onDidChangePhase((phase) =>
      inFlight.progress(phaseTexts(phase, inFlight.session.t)),
    );
    const waiting = inFlight.call?.waitFor(need);
    try {
      return await this.#settled(inFlight, need, attempt, subject);
    } finally {
      waiting?.dispose();
      phases.dispose();
    }
  }

  /** MCP 2026-07-28: a caller is asked in the result of its request. Only one is, as with cards. */
  #asksInResult(inFlight: InFlightRequest, attempt: SignInAttempt): boolean {
    const { session, request } = inFlight;
    return (
      session.isStateless &&
      session.showsCards &&
      mayRequireInput(request) &&
      attempt.phase === 'waitingForBrowser' &&
      !attempt.hasEnded &&
      !this.#isAskedInResult(attempt) &&
      !this.#cards.has(attempt)
    );
  }

  #isAskedInResult(attempt: SignInAttempt): boolean {
    return this.#beingAsked.has(attempt) || this.rounds.isAskedFor(attempt);
  }

  /** @returns false if the sign-in ended before it could be asked for */
  async #askInResult(
    inFlight: InFlightRequest,
    need: ConsentNeed,
    attempt: SignInAttempt,
    subject: ConsentSubject,
  ): Promise<boolean> {
    const { session, request } = inFlight;
    this.#beingAsked.add(attempt);
    try {
      const { page, address } = await cardPage(inFlight, attempt, this.cardParts);
      if (attempt.hasEnded) return false;
      const id = this.rounds.remember({
        callerId: session.caller.id,
        serverUrl: session.server.url,
        attempt,
        page,
        need,
        subject,
        input: broughtInput(request),
      });
      inFlight.respond(consentRequired(id, address, cardMessage(subject, session.t)));
      return true;
    } finally {
      this.#beingAsked.delete(attempt);
    }
  }

  /**
   * An attempt whose request has gone, and that was begun for other scopes, is not taken over: its link would
   * ask for more than any waiting request needs.
   */
  #leaveOrphan(inFlight: InFlightRequest, need: ConsentNeed): void {
    const running = this.signIns.running(inFlight.session.server);
    if (running?.phase !== 'waitingForBrowser' || this.#cards.get(running)?.ended.aborted !== true) return;
    const scopes = need.kind === 'stepUp' ? need.scopes : undefined;
    if (String(running.request.scopes) !== String(scopes)) running.cancel();
  }

  /** Finds out which access at which authorization server the user is asked for. */
  async #subject(
    inFlight: InFlightRequest,
    need: ConsentNeed,
    attempt: SignInAttempt,
  ): Promise<ConsentSubject | ConsentOutcome> {
    const { server } = inFlight.session;
    const subject = { server: server.name, what: describeRequest(inFlight) };
    try {
      inFlight.progress(askingHow(inFlight.session.t));
      const { kind, scopes, ...facts } = await consentFacts(need, attempt, this.credentials);
      return { ...subject, ...facts, isStepUp: kind === 'stepUp', scopes: accessScopes(scopes) };
    } catch (error) {
      inFlight.signal.throwIfAborted();
      if (!(error instanceof OAuthFlowError)) throw error;
      attempt.fail(error);
      return failed({ ...subject, scopes: [] }, error);
    }
  }

  /** Shows the card, unless a living request shows one for the same attempt, and then when that one goes. */
  #ask(inFlight: InFlightRequest, need: ConsentNeed, attempt: SignInAttempt, subject: ConsentSubject): void {
    const shower = this.#cards.get(attempt);
    if (shower !== undefined && !shower.ended.aborted) {
      const showInstead = () => this.#ask(inFlight, need, attempt, subject);
      shower.ended.addEventListener('abort', showInstead, { once: true, signal: inFlight.ended });
      return;
    }
    if (attempt.hasEnded || attempt.phase !== 'waitingForBrowser') return;
    if (this.#isAskedInResult(attempt)) return;
    this.#cards.set(attempt, inFlight);
    const { session, signal } = inFlight;
    const prompt = (until: AbortSignal) =>
      this.prompt.ask(session.server, subject.what, need, attempt, until);
    const asks = (): Promise<CardAnswer | undefined> => {
      const showsCard =
        !session.isStateless &&
        inFlight.tool !== undefined &&
        session.showsCards &&
        inFlight.acceptsEventStream;
      if (!showsCard) return prompt(signal);
      const card = showCard(inFlight, attempt, subject, this.cardParts);
      if (session.caller.kind !== 'agentHost') return card;
      return withReminder(card, attempt, prompt, signal, this.cardParts.clock);
    };
    asks().then(
      (answer) => {
        // A card outlives its request, and then another request may show one for the same sign-in.
        const isItsCard = this.#cards.get(attempt) === inFlight;
        if (answer === 'nobodyAsked') this.#unasked.get(inFlight)?.();
        else if (!answer && isItsCard && !inFlight.signal.aborted) attempt.decline(declinedInEditor);
      },
      () =>
        attempt.fail(
          new OAuthFlowError('unexpected', 'The sign-in page could not be opened on this machine.'),
        ),
    );
  }

  /** @returns `stillOpen` if the request must wait no longer for a sign-in that can still be finished */
  async #outcomeInTime(
    inFlight: InFlightRequest,
    attempt: SignInAttempt,
  ): Promise<SignInOutcome | { readonly kind: 'stillOpen' | 'nobodyAsked' }> {
    const wait = new UserWait(inFlight, this.cardParts.clock);
    const unasked = new Promise<{ readonly kind: 'nobodyAsked' }>((resolve) =>
      this.#unasked.set(inFlight, () => resolve({ kind: 'nobodyAsked' })),
    );
    try {
      return await untilAborted(Promise.race([attempt.outcome, unasked]), wait.signal);
    } catch (error) {
      if (inFlight.signal.aborted || !wait.isOver) throw error;
      return attempt.hasEnded ? await attempt.outcome : { kind: 'stillOpen' };
    } finally {
      wait.dispose();
    }
  }

  async #settled(
    inFlight: InFlightRequest,
    need: ConsentNeed,
    attempt: SignInAttempt,
    subject: ConsentSubject,
  ): Promise<ConsentOutcome> {
    const outcome = await this.#outcomeInTime(inFlight, attempt);
    switch (outcome.kind) {
      // The sign-in stays open, for the requests that wait for it too: when this one has ended, one of them asks.
      case 'nobodyAsked':
        return refused(refusals.nobodyAsked(subject), 'consentMissing');
      case 'stillOpen':
        return refused(refusals.stillOpen(subject), 'timedOut');
      case 'signedIn': {
        const other = otherAccount(inFlight, outcome);
        if (other !== undefined) return refused(refusals.declined(subject, other), 'declined');
        const { credential } = outcome;
        const lacking = lackingScopes(need, attempt, credential);
        if (lacking.length > 0) return refused(refusals.grantedLess(subject, lacking), 'grantedLess');
        return { kind: 'granted', credential };
      }
      case 'declined':
        return refused(refusals.declined(subject, outcome.detail), 'declined');
      case 'cancelled':
        return refused(refusals.cancelled(subject), 'signInCancelled');
      case 'timedOut':
        return refused(refusals.timedOut(subject), 'timedOut');
      case 'failed':
        return failed(subject, outcome.error);
    }
  }
}

function refused(text: string, reason: RefusalReason): ConsentOutcome {
  return { kind: 'refused', text, reason };
}

function failed(subject: ConsentSubject, { message, details }: OAuthFlowError): ConsentOutcome {
  return refused(refusals.failed(subject, message, details.fix), 'signInFailed');
}
