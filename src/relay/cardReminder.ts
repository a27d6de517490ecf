import type { Clock } from '../broker/ports.js';
import type { SignInAttempt } from '../broker/signIn/signInAttempt.js';
import type { CardAnswer } from './consentCard.js';

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
