import type { CardBrowser } from '../../broker/signIn/consentPrompt.js';
import type { Clock } from '../../base/clock.js';
import type { LaunchPage } from '../../broker/ports.js';
import type { SignInAttempt } from '../../broker/signIn/signInAttempt.js';
import { cardMessage, type ConsentSubject } from '../../mcp/consentTexts.js';
import type { Caller } from '../callers/callerAdmission.js';
import type { InFlightRequest } from '../callers/inFlightRequest.js';

/** No user reads a card and declines it sooner, in milliseconds. */
const quickestUser = 500;

export interface CardParts {
  readonly clock: Clock;
  readonly cardBrowser?: CardBrowser | undefined;
}

/** What became of a card; `nobodyAsked`: the client refused it, and cannot have shown it to the user. */
export type CardAnswer = boolean | 'nobodyAsked';

/** Callers that no window of the editor shows open addresses on the machine they run on, which is this one. */
export async function cardPage(
  { session }: InFlightRequest,
  attempt: SignInAttempt,
  { cardBrowser }: CardParts,
): Promise<{ readonly page: LaunchPage; readonly address: string }> {
  const page = await attempt.launchPage();
  if (cardBrowser === undefined || !isShownInEditor(session.caller)) return { page, address: page.address };
  return { page, address: await cardBrowser.outsideAddress(page.address) };
}

/** The user chose to open the page of a card. */
export function cardOpened(
  { session }: InFlightRequest,
  attempt: SignInAttempt,
  page: LaunchPage,
  { cardBrowser }: CardParts,
): void {
  if (isShownInEditor(session.caller)) cardBrowser?.opened(attempt, page);
}

/** Shows the card of a sign-in on the stream of a request, and waits for what becomes of it. */
export async function showCard(
  inFlight: InFlightRequest,
  attempt: SignInAttempt,
  subject: ConsentSubject,
  parts: CardParts,
): Promise<CardAnswer> {
  const { session } = inFlight;
  const { page, address } = await cardPage(inFlight, attempt, parts);
  // Nothing is left to ask.
  if (attempt.hasEnded) return true;
  const shownAt = parts.clock.now();
  const answer = await session.elicit(inFlight.stream(), address, cardMessage(subject, session.t));
  if (answer === 'accept') {
    cardOpened(inFlight, attempt, page, parts);
    return true;
  }
  // The editor's own chat asks the user each time; of other clients some refuse whatever they cannot show.
  const isTooSoon = parts.clock.now() - shownAt < quickestUser && attempt.phase === 'waitingForBrowser';
  return session.caller.kind === 'agentHost' && isTooSoon ? 'nobodyAsked' : false;
}

/** The cards of the agent host's sessions are shown in the editor's windows, too. */
function isShownInEditor({ kind }: Caller): boolean {
  return kind === 'editor' || kind === 'agentHost';
}

/** How long a card may stay unanswered before the editor asks as well, in milliseconds. */
const unanswered = 10_000;

/**
 * Asks once more, outside the session, if a card stays unanswered. VS Code's agent host may draw nothing of what a
 * session asks in its first turn until the window is reloaded, and a session can run where the user does not look.
 *
 * @param card what becomes of the card
 * @param ask the other question; its signal is aborted when the card is answered
 * @param gone aborted when the request is gone
 * @returns what becomes of the card, or a no to the other question: a yes goes on with the sign-in by itself, and closing
 * the question leaves the card
 */
export function withReminder(
  card: Promise<CardAnswer>,
  attempt: SignInAttempt,
  ask: (signal: AbortSignal) => Promise<boolean | undefined>,
  gone: AbortSignal,
  clock: Clock,
): Promise<CardAnswer> {
  const answered = new AbortController();
  const over = AbortSignal.any([gone, answered.signal]);
  const declined = new Promise<false>((resolve) => {
    const timer = clock.after(unanswered, () => {
      if (attempt.hasEnded || attempt.phase !== 'waitingForBrowser') return;
      ask(over).then(
        (answer) => {
          if (answer === false) resolve(false);
        },
        // The card is still there.
        () => undefined,
      );
    });
    over.addEventListener('abort', () => timer.dispose(), { once: true });
  });
  return Promise.race([card.finally(() => answered.abort()), declined]);
}
