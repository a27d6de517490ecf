import { defined } from '../../base/defined.js';
import { isObject, stringArray } from '../../oauth/jsonResponse.js';
import { addressOf } from '../../base/displayText.js';
import type { BearerChallenge } from '../../oauth/wwwAuthenticateChallenge.js';
import type { AgentAsk, AgentConsents } from './agentConsents.js';
import type { RequestMark } from './openRequests.js';
import { questionNotice, questionOf } from './agentToolAnswers.js';
import type { AgentToolApprovals } from './agentToolApprovals.js';
import { NoticeExchange } from '../status/statesAcrossWindows.js';
import type { Disposable } from '../../base/clock.js';
import type { WindowNotices } from '../../base/storage.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/**
 * Shows the requests of agents in every window, because an agent calls one window and the user may be at another. A
 * sign-in from any window counts for all. A “not now” is sent to the window that asked. About a rule's question, that
 * window only learns that it was answered; the answer is in the record of answers.
 */
export class AgentRequestsAcrossWindows implements Disposable {
  readonly #owned: readonly Disposable[];

  constructor(
    consents: AgentConsents,
    questions: AgentToolApprovals,
    private readonly servers: () => readonly ServerConfig[],
    notices: WindowNotices,
  ) {
    const exchange = new NoticeExchange(
      notices,
      () => ({
        asks: consents.askedHere.map(noticeOf),
        declined: consents.declinedForOthers,
        questions: questions.askedHere.map(questionNotice),
        answered: questions.answeredForOthers,
      }),
      (others) => {
        consents.hear(
          others.flatMap(({ asks }) => listOf(asks).flatMap((ask) => this.#askOf(ask) ?? [])),
          others.flatMap(({ declined }) => listOf(declined).flatMap((said) => declinedOf(said) ?? [])),
        );
        questions.hear(
          others.flatMap((said) =>
            listOf(said['questions']).flatMap((one) => questionOf(one, servers()) ?? []),
          ),
          others.flatMap(({ answered }) => stringArray(answered) ?? []),
        );
        return false;
      },
    );
    this.#owned = [
      exchange,
      consents.onDidChange(() => exchange.post()),
      questions.onDidChange(() => exchange.post()),
      notices,
    ];
  }

  dispose(): void {
    for (const part of this.#owned) part.dispose();
  }

  /** @returns undefined for a notice of another version, or for a server that this window does not know */
  #askOf(said: Readonly<Record<string, unknown>>): AgentAsk | undefined {
    const {
      id,
      agentId,
      agentName,
      serverUrl,
      what,
      kind,
      scopes: named,
      account,
      wanted,
      isOwn,
      askedAt,
    } = said;
    const server = this.servers().find(({ url }) => url === serverUrl);
    const scopes = stringArray(named);
    const asked = stringArray(wanted);
    if (server === undefined || scopes === undefined || typeof askedAt !== 'number') return undefined;
    if (typeof id !== 'string' || typeof agentId !== 'string' || typeof agentName !== 'string')
      return undefined;
    if (typeof what !== 'string' || (kind !== 'signIn' && kind !== 'stepUp')) return undefined;
    const access = defined({ url: server.url, account: typeof account === 'string' ? account : undefined });
    const challenge = fetchChallenge(said['challenge']);
    const request = defined({
      challenge,
      account: typeof account === 'string' ? account : undefined,
      scopes: asked,
      forAgent: isOwn === true ? agentId : undefined,
    });
    return {
      id,
      agent: { id: agentId, name: agentName, access },
      server,
      what,
      kind,
      scopes,
      request,
      askedAt,
    };
  }
}

function noticeOf({ id, agent, server, what, kind, scopes, request, askedAt }: AgentAsk): object {
  const { challenge, account, scopes: wanted } = request;
  return {
    id,
    agentId: agent.id,
    agentName: agent.name,
    serverUrl: server.url,
    what,
    kind,
    scopes,
    account,
    wanted,
    isOwn: request.forAgent !== undefined,
    askedAt,
    challenge: challenge && { scopes: challenge.scopes, resourceMetadata: challenge.resourceMetadata?.href },
  };
}

function fetchChallenge(said: unknown): BearerChallenge | undefined {
  if (!isObject(said)) return undefined;
  const scopes = stringArray(said['scopes']);
  const { resourceMetadata: address } = said;
  const resourceMetadata = typeof address === 'string' ? addressOf(address) : undefined;
  return defined({
    scopes,
    resourceMetadata,
  });
}

function declinedOf({ id, askedAt }: Readonly<Record<string, unknown>>): RequestMark | undefined {
  return typeof id === 'string' && typeof askedAt === 'number' ? { id, askedAt } : undefined;
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
