import type { IncomingMessage, ServerResponse } from 'node:http';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { AgentAdmission } from '../../broker/agents/agentAdmission.js';
import type { AgentAdmissions } from '../../broker/agents/agentAdmissions.js';
import type { AgentConsents } from '../../broker/agents/agentConsents.js';
import type { AgentToolApprovals } from '../../broker/agents/agentToolApprovals.js';
import { errorName } from '../../base/errorName.js';
import type { Redacted } from '../../base/redacted.js';
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { agentRefusals } from '../../mcp/agentTexts.js';
import { errorMessage } from '../../mcp/relayMessages.js';
import { refuseForNow, type AgentLimits } from '../callers/agentLimits.js';
import { isLoopbackAuthority } from '../../loopback/httpListener.js';
import type { Caller } from '../callers/callerAdmission.js';
import { sendJson } from '../callers/callerHttp.js';
import type { McpEndpoint } from '../mcpEndpoint.js';
import { StandbyWindows, standbyPath } from './portHolder.js';
import { AgentPolicy } from './agentPolicy.js';
import { SessionSeal } from '../callers/sessionSeal.js';

/** The time after which to try again if too many streams are open, in seconds. */
const streamSoon = 5;
/** The longest time for the body of a request to arrive, in milliseconds. */
const timeToAsk = 30_000;

/** An admitted caller. */
interface Inside {
  readonly admission: AgentAdmission;
  /** Its open responses, each with the URL of the called server. */
  readonly open: Map<ServerResponse, string>;
}

export interface AgentEndpointParts {
  readonly admissions: AgentAdmissions;
  /** Returns the currently configured servers. */
  readonly servers: () => readonly ServerConfig[];
  /** Returns the servers that the user disabled; none if absent. */
  readonly disabled?: (() => readonly ServerConfig[]) | undefined;
  readonly endpoint: McpEndpoint;
  readonly limits: AgentLimits;
  readonly consents: AgentConsents;
  readonly approvals: AgentToolApprovals;
  /** Called with the ID of an agent that is no longer admitted. */
  readonly onLeft: (agentId: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Admits agents by their keys, each with its own permissions, and disconnects agents that are no longer
 * admitted.
 */
export class AgentEndpoint {
  readonly #standby = new StandbyWindows();
  /** The admitted callers, by caller ID. */
  readonly #inside = new Map<string, Inside>();
  /** The seal, with the secret from which it was created. */
  #seal: { readonly secret: Redacted; readonly seal: SessionSeal } | undefined;

  constructor(private readonly parts: AgentEndpointParts) {}

  readonly handle = async (
    request: IncomingMessage,
    response: ServerResponse,
    port: number,
  ): Promise<void> => {
    try {
      await this.#route(request, response, port);
    } catch (error) {
      this.parts.log.error(`A response to an agent failed (${errorName(error)}).`);
      if (response.headersSent) response.destroy();
      else refuse(response, 500);
    }
  };

  /**
   * Ends the requests of agents whose admission was withdrawn, whose key has changed or whose admission has
   * expired, and those at servers that were disabled or removed.
   */
  async cutOff(): Promise<void> {
    if (this.#inside.size === 0) return;
    const current = await this.parts.admissions.current();
    const callers = new Set(current.map((admission) => callerId(admission)));
    const used = new Set(this.parts.servers().map(({ url }) => url));
    for (const [id, { admission, open }] of this.#inside) {
      for (const [response, url] of open) if (!used.has(url)) response.destroy();
      if (callers.has(id)) continue;
      this.#inside.delete(id);
      this.parts.endpoint.callerLeft(id);
      for (const response of open.keys()) response.destroy();
      if (!current.some((agent) => agent.id === admission.id)) this.parts.onLeft(admission.id);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
    const { host, origin, authorization } = request.headers;
    // A request from a page is never an agent's, whatever its origin and the name by which it found this
    // machine.
    if (!isLoopbackAuthority(host, port) || origin !== undefined) {
      refuse(response, 403);
      return;
    }
    if (request.url === standbyPath) return this.#standBy(request, response, port);
    const key = /^Bearer +([\w-]+)$/i.exec(authorization ?? '')?.[1];
    const agent = key === undefined ? undefined : await this.parts.admissions.verify(key);
    // The relay's addresses have no query; some clients put a key there.
    const [, place, name = '', end, ...rest] = (request.url ?? '').split('/');
    if (agent === undefined || place !== 'agents' || end !== 'mcp' || rest.length > 0) {
      refuse(response, 404);
      return;
    }
    const wait = this.parts.limits.take(agent.id);
    if (wait !== undefined) {
      refuseForNow(response, wait);
      return;
    }
    await this.#admitted(agent, name, request, response);
  }

  async #admitted(
    agent: AgentAdmission,
    name: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { server, access } = named(name, agent, this.parts.servers()) ?? {};
    if (server === undefined || access === undefined) {
      const disabled = named(name, agent, this.parts.disabled?.() ?? [])?.server.name;
      const text =
        disabled === undefined
          ? agentRefusals.serverNotAdmitted(agent.name, shownName(name))
          : agentRefusals.serverDisabled(disabled);
      sendJson(response, 404, errorMessage(undefined, ErrorCode.InvalidRequest, text), closing);
      return;
    }
    if (request.method === 'GET') {
      const leave = this.parts.limits.beginStream(agent.id);
      if (leave === undefined) {
        refuseForNow(response, streamSoon);
        return;
      }
      response.once('close', leave);
    }
    const slow = this.parts.clock.after(timeToAsk, () => {
      // An incomplete body is not awaited, because it may never end.
      if (!request.complete) request.destroy();
    });
    response.once('close', () => slow.dispose());
    const id = callerId(agent);
    const inside = this.#inside.get(id) ?? { admission: agent, open: new Map<ServerResponse, string>() };
    this.#inside.set(id, inside);
    inside.open.set(response, server.url);
    response.once('close', () => inside.open.delete(response));
    const limits = this.parts.limits.of(agent.id);
    const asking = { id: agent.id, name: agent.name, access };
    const caller: Caller = {
      id,
      kind: 'agent',
      name: agent.name,
      account: access.account,
      agent: { ...asking, limits },
      policy: new AgentPolicy(asking, this.parts.consents, this.parts.approvals),
      seal: this.#sessionSeal(),
    };
    return this.parts.endpoint.handle(server, caller, request, response);
  }

  #sessionSeal(): SessionSeal | undefined {
    const secret = this.parts.admissions.knownPortSecret;
    if (secret === undefined) return undefined;
    if (this.#seal?.secret.expose() !== secret.expose())
      this.#seal = { secret, seal: new SessionSeal(secret) };
    return this.#seal.seal;
  }

  async #standBy(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
    const secret = await this.parts.admissions.portSecret();
    if (secret === undefined || !this.#standby.respond(request, response, port, secret))
      refuse(response, 404);
  }
}

/**
 * Returns the server in an address, if the agent is admitted to it. The address may contain the server's
 * current name, or the one it had when the agent was given the address.
 */
function named(name: string, agent: AgentAdmission, servers: readonly ServerConfig[]) {
  const isNamed = (one: string) => encodeURIComponent(one) === name;
  const present = servers.find((server) => isNamed(server.name));
  const access =
    agent.servers.find(({ url }) => url === present?.url) ??
    agent.servers.find(({ formerNames }) => formerNames?.some(isNamed));
  const server = servers.find(({ url }) => url === access?.url);
  return access === undefined || server === undefined ? undefined : { server, access };
}

/**
 * Returns an ID that depends on the key: sessions belong to a key, so a caller with another key of the same
 * agent cannot use them.
 */
function callerId({ id, keyId }: AgentAdmission): string {
  return `agent ${id} ${keyId}`;
}

const closing = { Connection: 'close' };

/** Refuses a caller that is not admitted: its connection is closed, and its body is not read. */
function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Length': 0, ...closing }).end();
}

function shownName(encoded: string): string {
  try {
    return decodeURIComponent(encoded).slice(0, 100);
  } catch {
    return '…';
  }
}
