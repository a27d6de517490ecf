import { checkServer } from '../broker/signIn/checkServer.js';
import { isCurrent, type AgentAdmission } from '../broker/agents/agentAdmission.js';
import type { ConsentStatus, ConsentStatusName } from '../broker/status/consentStatus.js';
import { identityProviderAsServer } from '../broker/settings/identityProviderSetting.js';
import { attemptsFromNotice, type LastAttempt } from '../broker/status/lastAttempt.js';
import { seenFromNotice } from '../broker/status/observations.js';
import { systemClock } from '../node/machine.js';
import { isObject } from '../oauth/jsonResponse.js';
import type { Options } from './commandLine.js';
import type { Session } from './session.js';

/** The texts of the editor's views; the output for programs has the names. */
export const statusLabels: Readonly<Record<ConsentStatusName, string>> = {
  unknown: 'Not checked yet',
  open: 'No sign-in needed',
  signedOut: 'Signed out',
  awaitingConsent: 'Waiting for you',
  ready: 'Ready',
  needsScopes: 'Needs more access',
  expired: 'Sign-in ended',
  denied: 'Denied',
  unreachable: 'Unreachable',
  misconfigured: 'Misconfigured',
};

/**
 * Prints the status of every server, in the texts used everywhere, and which agents are admitted.
 *
 * @returns whether every server of the settings is ready to be called, or needs no sign-in
 */
export async function status(options: Options, session: Session): Promise<boolean> {
  const { broker, settings, storage, terminal } = session;
  // What a process that serves has seen counts here too.
  for (const notice of await storage.notices.others())
    if (isObject(notice))
      broker.states.hear(seenFromNotice(notice['seen']), [], attemptsFromNotice(notice['attempts']));
  if (options.check === true)
    await Promise.all(
      settings.servers.map((server) => checkServer(server, partsOf(session), session.signal)),
    );
  const { identityProvider } = settings;
  const places = [
    ...settings.servers,
    ...(identityProvider === undefined ? [] : [identityProviderAsServer(identityProvider)]),
  ];
  const statuses = await Promise.all(places.map((server) => broker.states.statusOf(server)));
  const agents = await broker.admissions.all();
  const isReady = statuses
    .slice(0, settings.servers.length)
    .every((one) => one.status === 'ready' || one.status === 'open');
  if (options.json === true) {
    terminal.print(JSON.stringify({ servers: statuses, agents: agents.map(agentFacts) }));
    return isReady;
  }
  for (const one of statuses) terminal.print(statusTexts(one));
  for (const agent of agents) terminal.print(agentTexts(agent, settings.servers));
  return isReady;
}

function partsOf({ broker }: Session) {
  return { authorizedFetch: broker.authorizedFetch, states: broker.states, clock: systemClock };
}

function statusTexts({
  server,
  status,
  account,
  held,
  missing,
  expiresAt,
  refreshable,
  detail,
  lastAttempt,
}: ConsentStatus) {
  return [
    `${server}: ${statusLabels[status]}`,
    ...(account === undefined ? [] : [account]),
    ...(held.length === 0 ? [] : [`holds ${held.join(' ')}`]),
    ...(missing.length === 0 ? [] : [`lacks ${missing.join(' ')}`]),
    ...(refreshable === true || expiresAt === undefined
      ? []
      : [`until ${new Date(expiresAt).toISOString()}`]),
    ...(detail === undefined ? [] : [detail]),
    ...(lastAttempt === undefined ? [] : [attemptTexts(lastAttempt)]),
  ].join('; ');
}

/** How the last sign-in ended, when, and why. */
function attemptTexts({ kind, at, detail }: LastAttempt): string {
  const why = detail === undefined ? '' : `: ${detail}`;
  return `last sign-in ${kind === 'timedOut' ? 'not finished' : kind} at ${new Date(at).toISOString()}${why}`;
}

function agentFacts(agent: AgentAdmission) {
  const { name, servers, createdAt, expiresAt } = agent;
  return { name, servers, createdAt, expiresAt, isCurrent: isCurrent(agent, systemClock.now()) };
}

function agentTexts(
  agent: AgentAdmission,
  known: readonly { readonly name: string; readonly url: string }[],
) {
  const names = agent.servers.map(({ url }) => known.find((server) => server.url === url)?.name ?? url);
  const until = agent.expiresAt === undefined ? '' : ` until ${new Date(agent.expiresAt).toISOString()}`;
  const state = isCurrent(agent, systemClock.now()) ? `admitted to ${names.join(', ')}${until}` : 'expired';
  return `agent ${agent.name}: ${state}`;
}
