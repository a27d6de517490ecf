import type { Network } from '../../oauth/httpContext.js';
import { onWordOf } from '../../oauth/networkReach.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { discover, type DiscoveryParts } from '../discovery/discovery.js';
import { noSignInAt } from '../settings/grant.js';
import { probe, probeBody, probeFault, probeHeaders } from '../discovery/probe.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { UserQuestions, type QuestionParts } from './userQuestions.js';
import { shownAddress } from '../../base/displayText.js';
import type { AuthorizedFetch, AuthorizedOutcome } from '../fetch/authorizedFetch.js';
import { observationOfError } from '../status/consentStatus.js';
import type { Clock } from '../../base/clock.js';
import type { ServerStates } from '../status/serverStates.js';
import { timeLimit, untilAborted } from '../../base/abort.js';
import { discardBody } from '../../oauth/boundedFetch.js';

export interface CheckWithUserParts extends CheckParts {
  readonly http: Network;
  readonly answers: DiscoveryParts & QuestionParts;
}

/**
 * Checks a server for a user who is present. For a server without a sign-in, this is the only moment to ask about a
 * rule that its provider does not follow; after the user accepts an exception, the check runs again.
 *
 * @throws the reason of `signal`
 */
export async function checkWithUser(
  server: ServerConfig,
  parts: CheckWithUserParts,
  signal: AbortSignal,
): Promise<void> {
  await checkServer(server, parts, signal);
  if (noSignInAt(server) === undefined) return;
  if ((await parts.states.statusOf(server)).status !== 'misconfigured') return;
  if (await acceptsFault(server, parts, signal)) await checkServer(server, parts, signal);
}

/** Whether something stood in the way that the user has accepted. */
async function acceptsFault(
  server: ServerConfig,
  { http: network, answers }: CheckWithUserParts,
  signal: AbortSignal,
): Promise<boolean> {
  const user = new UserQuestions(server, { wait: () => undefined }, answers, signal);
  const http = { ...network, ...onWordOf(server.url), signal };
  let isAccepted = false;
  try {
    const challenge = await probe(server, http);
    if (challenge === 'open') return false;
    await discover(server, challenge, http, {
      ...answers,
      acceptException: async (...asked) => (isAccepted = await user.accepts(...asked)),
    });
  } catch (error) {
    // The check has already reported it.
    if (!(error instanceof OAuthFlowError)) throw error;
  }
  return isAccepted;
}

/** A user waits for it, in milliseconds. */
const patience = 9_000;

export interface CheckParts {
  readonly authorizedFetch: AuthorizedFetch;
  readonly states: ServerStates;
  readonly clock: Clock;
}

/** Sends one request to a server, with the user's token if there is one, so that its status is up to date. */
export async function checkServer(
  server: ServerConfig,
  parts: CheckParts,
  signal: AbortSignal,
): Promise<void> {
  const limit = timeLimit(parts.clock, patience);
  let outcome: AuthorizedOutcome;
  try {
    outcome = await parts.authorizedFetch.send(server, {
      method: 'POST',
      headers: new Headers(probeHeaders),
      body: new TextEncoder().encode(probeBody),
      signal: AbortSignal.any([signal, limit.signal]),
    });
  } catch (error) {
    if (signal.aborted || !limit.signal.aborted) throw error;
    const { unreachableNote } = parts.authorizedFetch;
    const note = unreachableNote === undefined ? '' : ` ${unreachableNote}`;
    const detail = `${shownAddress(server.url)} did not respond within ${patience / 1000} s.${note}`;
    parts.states.observe(server, { kind: 'unreachable', detail });
    return;
  } finally {
    limit.dispose();
  }
  if (outcome.kind === 'notUsedHere') {
    // The user waits for the answer, and so is there to give one.
    const { use } = parts.authorizedFetch.tokens;
    const asked = use?.ask(outcome.server, outcome.credential, true);
    if (asked !== undefined && (await untilAborted(asked, signal)) === 'allowed')
      await checkServer(server, parts, signal);
    return;
  }
  if (outcome.kind !== 'response') return;
  const { response, credential } = outcome;
  await discardBody(response);
  const fault = probeFault(server, response);
  // A refusal of the question alone, such as 400 for the missing session: the caller was let in.
  const observation =
    fault === undefined
      ? ({ kind: 'answered', authorized: credential !== undefined } as const)
      : observationOfError(fault);
  const of = observation?.kind === 'answered' ? credential : undefined;
  if (observation !== undefined) parts.states.observe(server, observation, of);
}
