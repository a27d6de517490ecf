import type { IncomingMessage, ServerResponse } from 'node:http';
import { ErrorCode, type JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../base/clock.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import {
  consentAnswerIn,
  withInput,
  declaredCapabilities,
  declaredRevision,
  discoverMethod,
  listenMethod,
  headerMismatchCode,
  statelessRevision,
  unsupportedRevision,
} from '../mcp/statelessRevision.js';
import { errorMessage } from '../mcp/relayMessages.js';
import { withListChanges } from '../mcp/subscription.js';
import type { Translate } from '../base/displayText.js';
import type { Caller } from './callers/callerAdmission.js';
import type { ConsentRounds } from './callers/consentRounds.js';
import { sendJson } from './callers/callerHttp.js';
import { InFlightRequest } from './callers/inFlightRequest.js';
import type { OpenCall } from './callers/callRecorder.js';
import { CallerSession, statelessUpstream } from './callers/callerSession.js';
import type { ServerProfiles } from './upstream/serverProfiles.js';
import type { ToolLists } from './calls/toolLists.js';
import type { Subscriptions } from './announcements.js';
import type { UpstreamDiscovery } from './upstream/upstreamDiscovery.js';

export interface StatelessParts {
  readonly discovery: UpstreamDiscovery;
  readonly profiles: ServerProfiles;
  readonly lists: ToolLists;
  readonly rounds: ConsentRounds;
  readonly subscriptions: Subscriptions;
  /** Into the user's language; English without it. */
  readonly translate: Translate | undefined;
  readonly clock: Clock;
}

/** One POST, as it came. */
export interface StatelessPost {
  readonly request: JSONRPCRequest;
  readonly body: Buffer;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  /** Its record, if it is a tool call and calls are recorded. */
  readonly call: OpenCall | undefined;
}

/** Callers of the revision without sessions (MCP 2026-07-28): each request brings what a session would know. */
export class StatelessRequests {
  /** The sessions of requests that have no response yet. */
  readonly #running = new Set<CallerSession>();

  constructor(private readonly parts: StatelessParts) {}

  running(callerId: string): readonly CallerSession[] {
    return [...this.#running].filter(({ caller }) => caller.id === callerId);
  }

  /** @param run takes a request to its response, whatever happens */
  async handle(
    server: ServerConfig,
    caller: Caller,
    post: StatelessPost,
    run: (inFlight: InFlightRequest) => Promise<void>,
  ): Promise<void> {
    const { request, incoming, response, call } = post;
    const revision = declaredRevision(request);
    if (incoming.headers['mcp-protocol-version'] !== revision) {
      const text = 'The MCP-Protocol-Version header and the body name different revisions.';
      call?.end({ outcome: 'refused', reason: 'malformed' });
      sendJson(response, 400, errorMessage(request.id, headerMismatchCode, text));
      return;
    }
    if (revision !== statelessRevision) {
      call?.end({ outcome: 'failed' });
      sendJson(response, 400, unsupportedRevision(request));
      return;
    }
    const inFlight = this.#hold(server, caller, post);
    if (request.method === discoverMethod) await this.#discover(inFlight);
    else if (request.method === listenMethod) await this.parts.subscriptions.listen(inFlight);
    else await run(inFlight);
  }

  #hold(server: ServerConfig, caller: Caller, { request, body, incoming, response, call }: StatelessPost) {
    const params = { clientInfo: clientInfoOf(request), capabilities: declaredCapabilities(request) };
    const session = new CallerSession(
      server,
      caller,
      { ...request, method: 'initialize', params },
      true,
      this.parts.translate,
    );
    session.enterUpstream(statelessUpstream);
    session.markInitialized();
    this.#running.add(session);
    response.once('close', () => this.#running.delete(session));
    call?.calledBy(session.clientName);
    // Notes whether this caller is offered the sign-in tool: without a session, no earlier request has noted it.
    this.parts.lists.tools(session);
    const answer = consentAnswerIn(request);
    if (answer === undefined)
      return new InFlightRequest(session, request, body, incoming, response, this.parts.clock, call);
    const asked = this.parts.rounds.take(answer.id, caller.id, server.url);
    const again = withInput(request, asked?.input ?? {});
    const inFlight = new InFlightRequest(
      session,
      again,
      Buffer.from(JSON.stringify(again)),
      incoming,
      response,
      this.parts.clock,
      call,
    );
    inFlight.resumed = { asked, accepted: answer.accepted };
    return inFlight;
  }

  /**
   * Responds with the server's own discovery; if the server cannot be asked, with the last one that it gave. If the
   * server is not known to speak this revision, the response is an error, after which callers begin a session.
   */
  async #discover(inFlight: InFlightRequest): Promise<void> {
    const { session, signal } = inFlight;
    try {
      const outcome = await this.parts.discovery.discover(session, signal);
      const isAsked = outcome.kind === 'otherRevision' && outcome.status < 500 && outcome.status !== 429;
      const known = isAsked ? undefined : this.parts.profiles.discovery(session.server);
      const result = outcome.kind === 'discovered' ? outcome.result : known;
      if (result !== undefined)
        inFlight.respond({ ...result, capabilities: withListChanges(result.capabilities) });
      else inFlight.fail(ErrorCode.MethodNotFound, 'This server requires a session.');
    } catch (error) {
      if (!signal.aborted) throw error;
      inFlight.response.end();
    }
  }
}

function clientInfoOf({ params }: JSONRPCRequest): unknown {
  return params?._meta?.['io.modelcontextprotocol/clientInfo'];
}
