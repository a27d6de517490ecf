import { shownAddress } from '../../oauth/serverWords.js';
import type { AuthorizedFetch, AuthorizedOutcome } from '../authorizedFetch.js';
import { observationOfError } from '../consentStatus.js';
import type { Clock } from '../ports.js';
import { probeBody, probeFault, probeHeaders } from '../discovery/probe.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { ServerStates } from './serverStates.js';
import { timeLimit } from '../timeLimit.js';
import { untilAborted } from '../untilAborted.js';
import { discardBody } from '../../oauth/discardBody.js';

/** A person waits for it, in milliseconds. */
const patience = 9_000;

export interface CheckParts {
  readonly authorizedFetch: AuthorizedFetch;
  readonly states: ServerStates;
  readonly clock: Clock;
}

/** Asks a server once, with the person's token where there is one, so that its status says what is so. */
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
    const detail = `${shownAddress(server.url)} did not answer within ${patience / 1000} s.${note}`;
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
