import { isObject } from '../../oauth/jsonAnswer.js';
import { serverWords } from '../../oauth/serverWords.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { ToolQuestion } from '../tools/toolPrompt.js';

/** How long a question stands, in milliseconds; after that the next call asks anew. */
export const questionStands = 10 * 60_000;

/** What the person decides on: an answer to it counts for nothing else. */
export interface AgentToolCall {
  readonly agentId: string;
  readonly serverUrl: string;
  /** The tool's name, as it is called. */
  readonly tool: string;
  /** Whose account would act, where it is known, fit to be shown. */
  readonly account?: string;
}

/** A call of an agent's that the person is asked about, since the rule for the tool is to ask. */
export interface AgentToolQuestion {
  /** Random: what is answered is this question, and no other of the same call. */
  readonly id: string;
  /** Its name is its admission's, whoever tells of the question. */
  readonly agent: { readonly id: string };
  readonly server: ServerConfig;
  /** The tool's name, as it is called. */
  readonly tool: string;
  readonly account?: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
}

export function callOf({ agent, server, tool, account }: AgentToolQuestion): AgentToolCall {
  return { agentId: agent.id, serverUrl: server.url, tool, ...(account !== undefined && { account }) };
}

export function isSameCall(one: AgentToolCall, other: AgentToolCall): boolean {
  return (
    one.agentId === other.agentId &&
    one.serverUrl === other.serverUrl &&
    one.tool === other.tool &&
    one.account === other.account
  );
}

export function shownTool(tool: string): string {
  return serverWords(tool) ?? 'without a name';
}

/** What is shown of a question is made of the very call that the answer would count for. */
export function shownQuestion({ server, tool, account }: AgentToolQuestion, agent: string): ToolQuestion {
  return {
    server,
    tool: shownTool(tool),
    agent,
    ...(account !== undefined && { account }),
  };
}

/** Nobody is asked with a time that is still to come, which would make a question stand for longer. */
export function isStanding({ askedAt }: Pick<AgentToolQuestion, 'askedAt'>, now: number): boolean {
  return askedAt <= now && now < askedAt + questionStands;
}

export function questionNotice({ id, agent, server, tool, account, askedAt }: AgentToolQuestion): object {
  return { id, agentId: agent.id, serverUrl: server.url, tool, account, askedAt };
}

/** @returns undefined for what is of another version, and for a server that this window does not know */
export function questionOf(said: unknown, servers: readonly ServerConfig[]): AgentToolQuestion | undefined {
  if (!isObject(said)) return undefined;
  const { id, agentId, serverUrl, tool, account: named, askedAt } = said;
  const server = servers.find(({ url }) => url === serverUrl);
  const account = serverWords(named);
  if (server === undefined || typeof askedAt !== 'number') return undefined;
  if (typeof id !== 'string' || typeof agentId !== 'string' || typeof tool !== 'string') return undefined;
  return {
    id,
    agent: { id: agentId },
    server,
    tool,
    ...(account !== undefined && { account }),
    askedAt,
  };
}
