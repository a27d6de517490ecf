import type { Network } from '../../oauth/httpContext.js';
import { onWordOf } from '../../oauth/networkReach.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { checkServer, type CheckParts } from '../status/checkServer.js';
import { discover, type DiscoveryParts } from '../discovery/discovery.js';
import { noSignInAt } from './noSignIn.js';
import { probe } from '../discovery/probe.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { VisitingPerson, type QuestionParts } from './visitingPerson.js';

export interface CheckWithPersonParts extends CheckParts {
  readonly http: Network;
  readonly answers: DiscoveryParts & QuestionParts;
}

/**
 * Checks a server for a person who is there to answer. Where nobody signs in there is no other moment to ask
 * about a rule that its provider falls short of: what they accept, the check is made again with.
 *
 * @throws the reason of `signal`
 */
export async function checkWithPerson(
  server: ServerConfig,
  parts: CheckWithPersonParts,
  signal: AbortSignal,
): Promise<void> {
  await checkServer(server, parts, signal);
  if (noSignInAt(server) === undefined) return;
  if ((await parts.states.statusOf(server)).status !== 'misconfigured') return;
  if (await acceptsFault(server, parts, signal)) await checkServer(server, parts, signal);
}

/** Whether something stood in the way that the person has accepted. */
async function acceptsFault(
  server: ServerConfig,
  { http: network, answers }: CheckWithPersonParts,
  signal: AbortSignal,
): Promise<boolean> {
  const person = new VisitingPerson(server, { wait: () => undefined }, answers, signal);
  const http = { ...network, ...onWordOf(server.url), signal };
  let isAccepted = false;
  try {
    const challenge = await probe(server, http);
    if (challenge === 'open') return false;
    await discover(server, challenge, http, {
      ...answers,
      acceptException: async (...asked) => (isAccepted = await person.accepts(...asked)),
    });
  } catch (error) {
    // The check has said it.
    if (!(error instanceof OAuthFlowError)) throw error;
  }
  return isAccepted;
}
