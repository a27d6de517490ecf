import type { ConsentNeed } from '../../broker/fetch/authorizedFetch.js';
import type { RefusalReason } from '../../broker/calls/callRecord.js';
import { consentFacts, type CardBrowser, type ConsentPrompt } from '../../broker/signIn/consentPrompt.js';
import type { Credential } from '../../broker/accounts/credential.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import type { Clock, Disposable } from '../../base/clock.js';
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
import { broughtInput, consentRequired, mayRequireInput } from '../../mcp/inputRequired.js';
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

/** `asked`: the request was answered with the question, and comes again with the answer to it. */
export type ObtainedConsent = ConsentOutcome | { readonly kind: 'asked' };

const declinedInEditor = 'It was declined in the editor.';

/**
 * Consent where the question arose: the request that needs it waits, its stream shows one card, and the same
 * request goes on afterwards. Other requests that need the same consent wait without a card of their own.
 */
export class ConsentInStream {
  /** Whose stream shows the card of an attempt. */
  readonly #cards = new WeakMap<SignInAttempt, InFlightRequest>();
  /** About to be asked for in a result. */
  readonly #beingAsked = new WeakSet<SignInAttempt>();
  readonly #cardParts: CardParts;
  /** To be called when the client of a request has refused to ask the user. */
  readonly #unasked = new WeakMap<InFlightRequest, () => void>();

  constructor(
    private readonly signIns: SignIns,
    private readonly credentials: CredentialStore,
    private readonly prompt: ConsentPrompt,
    private readonly rounds: ConsentRounds,
    private readonly clock: Clock,
    cardBrowser?: CardBrowser,
  ) {
    this.#cardParts = { clock, cardBrowser };
  }

  /** @throws the reason of the request's signal, where the caller left or cancelled */
  async obtain(held: InFlightRequest, need: ConsentNeed): Promise<ObtainedConsent> {
    const { server } = held.session;
    // A caller that wants no progress sees headers all the same: without any it hangs up before the user comes.
    if (held.acceptsEventStream) held.stream();
    this.#leaveOrphan(held, need);
    const attempt = this.signIns.begin(server, {
      ...(need.challenge !== undefined && { challenge: need.challenge }),
      ...(need.kind === 'stepUp' && { scopes: need.scopes }),
      ...(held.session.caller.account !== undefined && { account: held.session.caller.account }),
      renews: true,
      deadline: consentDeadline,
    });
    const phases = attempt.onDidChangePhase((phase) => held.progress(phaseTexts(phase, held.session.t)));
    let waiting: Disposable | undefined;
    try {
      const subject = await this.#subject(held, need, attempt);
      if ('kind' in subject) return subject;
      waiting = held.call?.waitFor(need);
      if (this.#asksInResult(held, attempt) && (await this.#askInResult(held, need, attempt, subject))) {
        return { kind: 'asked' };
      }
      held.progress(phaseTexts(attempt.phase, held.session.t));
      this.#ask(held, need, attempt, subject);
      return await this.#settled(held, need, attempt, subject);
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
  async resume(held: InFlightRequest, asked: AskedConsent, accepted: boolean): Promise<ConsentOutcome> {
    const { attempt, page, need, subject } = asked;
    if (accepted) cardOpened(held, attempt, page, this.#cardParts);
    else attempt.decline(declinedInEditor);
    if (held.acceptsEventStream) held.stream();
    const phases = attempt.onDidChangePhase((phase) => held.progress(phaseTexts(phase, held.session.t)));
    const waiting = held.call?.waitFor(need);
    try {
      return await this.#settled(held, need, attempt, subject);
    } finally {
      waiting?.dispose();
      phases.dispose();
    }
  }

  /** MCP 2026-07-28: a caller is asked in the result of its request. Only one is, as with cards. */
  #asksInResult(held: InFlightRequest, attempt: SignInAttempt): boolean {
    const { session, request } = held;
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
    held: InFlightRequest,
    need: ConsentNeed,
    attempt: SignInAttempt,
    subject: ConsentSubject,
  ): Promise<boolean> {
    const { session, request } = held;
    this.#beingAsked.add(attempt);
    try {
      const { page, address } = await cardPage(held, attempt, this.#cardParts);
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
      held.answer(consentRequired(id, address, cardMessage(subject, session.t)));
      return true;
    } finally {
      this.#beingAsked.delete(attempt);
    }
  }

  /**
   * An attempt whose request has gone, and that was begun for other scopes, is not taken over: its link would
   * ask for more than anybody who waits needs.
   */
  #leaveOrphan(held: InFlightRequest, need: ConsentNeed): void {
    const running = this.signIns.running(held.session.server);
    if (running?.phase !== 'waitingForBrowser' || this.#cards.get(running)?.ended.aborted !== true) return;
    const scopes = need.kind === 'stepUp' ? need.scopes : undefined;
    if (String(running.request.scopes) !== String(scopes)) running.cancel();
  }

  /** What is consented to and where has to be found out before it can be asked. */
  async #subject(
    held: InFlightRequest,
    need: ConsentNeed,
    attempt: SignInAttempt,
  ): Promise<ConsentSubject | ConsentOutcome> {
    const { server } = held.session;
    const subject = { server: server.name, what: describeRequest(held) };
    try {
      held.progress(askingHow(held.session.t));
      const { kind, scopes, ...facts } = await consentFacts(need, attempt, this.credentials);
      return { ...subject, ...facts, isStepUp: kind === 'stepUp', scopes: accessScopes(scopes) };
    } catch (error) {
      held.signal.throwIfAborted();
      if (!(error instanceof OAuthFlowError)) throw error;
      attempt.fail(error);
      const text = refusals.failed({ ...subject, scopes: [] }, error.message, error.details.fix);
      return { kind: 'refused', text, reason: 'signInFailed' };
    }
  }

  /** Shows the card, unless a living request shows one for the same attempt, and then when that one goes. */
  #ask(held: InFlightRequest, need: ConsentNeed, attempt: SignInAttempt, subject: ConsentSubject): void {
    const shower = this.#cards.get(attempt);
    if (shower !== undefined && !shower.ended.aborted) {
      const showInstead = () => this.#ask(held, need, attempt, subject);
      shower.ended.addEventListener('abort', showInstead, { once: true, signal: held.ended });
      return;
    }
    if (attempt.hasEnded || attempt.phase !== 'waitingForBrowser') return;
    if (this.#isAskedInResult(attempt)) return;
    this.#cards.set(attempt, held);
    const { session, signal } = held;
    const prompt = (until: AbortSignal) =>
      this.prompt.ask(session.server, subject.what, need, attempt, until);
    const asks = (): Promise<CardAnswer | undefined> => {
      const showsCard =
        !session.isStateless && held.tool !== undefined && session.showsCards && held.acceptsEventStream;
      if (!showsCard) return prompt(signal);
      const card = showCard(held, attempt, subject, this.#cardParts);
      if (session.caller.kind !== 'agentHost') return card;
      return withReminder(card, attempt, prompt, signal, this.clock);
    };
    asks().then(
      (answer) => {
        // A card outlives its request, and then another request may show one for the same sign-in.
        const isItsCard = this.#cards.get(attempt) === held;
        if (answer === 'nobodyAsked') this.#unasked.get(held)?.();
        else if (!answer && isItsCard && !held.signal.aborted) attempt.decline(declinedInEditor);
      },
      () =>
        attempt.fail(
          new OAuthFlowError('unexpected', 'The sign-in page could not be opened on this machine.'),
        ),
    );
  }

  /** @returns `stillOpen` if the request must wait no longer for a sign-in that can still be finished */
  async #outcomeInTime(
    held: InFlightRequest,
    attempt: SignInAttempt,
  ): Promise<SignInOutcome | { readonly kind: 'stillOpen' | 'nobodyAsked' }> {
    const wait = new UserWait(held, this.clock);
    const unasked = new Promise<{ readonly kind: 'nobodyAsked' }>((resolve) =>
      this.#unasked.set(held, () => resolve({ kind: 'nobodyAsked' })),
    );
    try {
      return await untilAborted(Promise.race([attempt.outcome, unasked]), wait.signal);
    } catch (error) {
      if (held.signal.aborted || !wait.isOver) throw error;
      return attempt.hasEnded ? await attempt.outcome : { kind: 'stillOpen' };
    } finally {
      wait.dispose();
    }
  }

  async #settled(
    held: InFlightRequest,
    need: ConsentNeed,
    attempt: SignInAttempt,
    subject: ConsentSubject,
  ): Promise<ConsentOutcome> {
    const outcome = await this.#outcomeInTime(held, attempt);
    switch (outcome.kind) {
      // The sign-in stays open, for the requests that wait for it too: when this one has ended, one of them asks.
      case 'nobodyAsked':
        return { kind: 'refused', text: refusals.nobodyAsked(subject), reason: 'consentMissing' };
      case 'stillOpen':
        return { kind: 'refused', text: refusals.stillOpen(subject), reason: 'timedOut' };
      case 'signedIn': {
        const other = otherAccount(held, outcome);
        if (other !== undefined)
          return { kind: 'refused', text: refusals.declined(subject, other), reason: 'declined' };
        const lacking = lackingScopes(need, attempt, outcome.credential);
        return lacking.length === 0
          ? { kind: 'granted', credential: outcome.credential }
          : { kind: 'refused', text: refusals.grantedLess(subject, lacking), reason: 'grantedLess' };
      }
      case 'declined':
        return { kind: 'refused', text: refusals.declined(subject, outcome.detail), reason: 'declined' };
      case 'cancelled':
        return { kind: 'refused', text: refusals.cancelled(subject), reason: 'signInCancelled' };
      case 'timedOut':
        return { kind: 'refused', text: refusals.timedOut(subject), reason: 'timedOut' };
      case 'failed':
        return {
          kind: 'refused',
          text: refusals.failed(subject, outcome.error.message, outcome.error.details.fix),
          reason: 'signInFailed',
        };
    }
  }
}
