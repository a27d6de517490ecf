import type { IncomingMessage, ServerResponse } from 'node:http';
import { ErrorCode, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { errorName } from '../base/errorName.js';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import { headerDisagreement, parseClientMessage, type ClientMessage } from '../mcp/clientMessage.js';
import { errorMessage, sessionNotFoundMessage } from '../mcp/relayMessages.js';
import { declaredRevision } from '../mcp/statelessRevision.js';
import { withListChanges } from '../mcp/subscription.js';
import { hasPlace } from './callers/agentLimits.js';
import { Announcements, type Subscriptions } from './announcements.js';
import type { Translate } from '../base/displayText.js';
import type { CallRecorder, OpenCall } from './callers/callRecorder.js';
import type { Caller } from './callers/callerAdmission.js';
import { CallerSessions } from './callers/callerSessions.js';
import { EventStream, readBody, refuseBody, sendJson } from './callers/callerHttp.js';
import { InFlightRequest, interruptedResponse } from './callers/inFlightRequest.js';
import type { RelayedRequests } from './calls/relayedRequest.js';
import { CallerSession } from './callers/callerSession.js';
import type { ServerStreams } from './upstream/serverStream.js';
import type { ToolLists } from './calls/toolLists.js';
import type { StatelessRequests } from './statelessRequests.js';
import type { ToolTitles } from './calls/toolTitles.js';
import type { UpstreamSessions } from './upstream/upstreamSessions.js';

export interface McpEndpointParts {
  readonly upstreams: UpstreamSessions;
  readonly requests: RelayedRequests;
  readonly lists: ToolLists;
  readonly stateless: StatelessRequests;
  readonly streams: ServerStreams;
  readonly subscriptions: Subscriptions;
  readonly titles: ToolTitles;
  /** Undefined if calls are not recorded. */
  readonly recorder: CallRecorder | undefined;
  /** Into the user's language; English without it. */
  readonly translate: Translate | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Streamable HTTP towards admitted callers: sessions, and what each kind of message does to them. */
export class McpEndpoint {
  /** What callers learn when an account, its access or a rule changes. */
  readonly announcements: Announcements;
  readonly #sessions: CallerSessions;

  constructor(private readonly parts: McpEndpointParts) {
    this.#sessions = new CallerSessions(parts.translate);
    this.announcements = new Announcements(
      this.#sessions,
      parts.upstreams,
      parts.subscriptions,
      parts.titles,
    );
  }

  async handle(
    server: ServerConfig,
    caller: Caller,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    switch (request.method) {
      case 'POST':
        return this.#post(server, caller, request, response);
      case 'GET':
        this.#get(server, caller, request, response);
        return;
      case 'DELETE':
        return this.#delete(server, caller, request, response);
      default:
        response.writeHead(405, { Allow: 'GET, POST, DELETE' }).end();
    }
  }

  /** Ends the sessions and the running requests of a caller after its key was revoked. */
  callerLeft(callerId: string): void {
    const sessions = this.#sessions.of(callerId);
    const reason = new DOMException('The key was revoked.', 'AbortError');
    for (const session of [...sessions, ...this.parts.stateless.running(callerId)])
      for (const running of session.running.values()) running.abort(reason);
    for (const session of sessions) this.#sessions.end(session);
  }

  dispose(): void {
    this.parts.subscriptions.dispose();
    for (const session of this.#sessions.all) this.#sessions.end(session);
  }

  async #post(
    server: ServerConfig,
    caller: Caller,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    let body: Buffer;
    let message: ClientMessage;
    try {
      body = await readBody(request);
      message = parseClientMessage(body);
    } catch (error) {
      refuseBody(response, error);
      return;
    }
    let call: OpenCall | undefined;
    if (message.kind === 'request') {
      const { agent } = caller;
      if (agent !== undefined && !hasPlace(agent.limits, message.request, response)) return;
      call = this.parts.recorder?.begin(server, caller, message.request, response);
      const disagreement = headerDisagreement(message.request, (name) => headerOf(request, name));
      if (disagreement !== undefined) {
        call?.end({ outcome: 'refused', reason: 'malformed' });
        sendJson(response, 400, errorMessage(message.request.id, ErrorCode.InvalidRequest, disagreement));
        return;
      }
      if (declaredRevision(message.request) !== undefined) {
        const post = { request: message.request, body, incoming: request, response, call };
        await this.parts.stateless.handle(server, caller, post, (inFlight) => this.#request(inFlight));
        return;
      }
      if (message.request.method === 'initialize') {
        await this.#initialize(
          new CallerSession(server, caller, message.request, false, this.parts.translate),
          response,
        );
        return;
      }
    }
    const session = this.#sessions.find(server, caller, headerOf(request, 'mcp-session-id'));
    if (session === undefined) {
      call?.end({ outcome: 'failed' });
      notFound(response, message.kind === 'request' ? message.request.id : undefined);
      return;
    }
    call?.calledBy(session.clientName);
    switch (message.kind) {
      case 'request': {
        const inFlight = new InFlightRequest(
          session,
          message.request,
          body,
          request,
          response,
          this.parts.clock,
          call,
        );
        await this.#request(inFlight);
        return;
      }
      case 'notification':
        if (message.method === 'notifications/cancelled') session.cancel(message.params['requestId']);
        await this.parts.upstreams.forward(session, 'POST', body, request.headers);
        if (message.method === 'notifications/initialized') session.markInitialized();
        break;
      case 'response':
        if (!session.settleElicitation(message.id, message.result))
          await this.parts.upstreams.forward(session, 'POST', body, request.headers);
        break;
    }
    response.writeHead(202).end();
  }

  async #initialize(session: CallerSession, response: ServerResponse): Promise<void> {
    this.#sessions.begin(session);
    const outcome = await this.parts.upstreams.attach(session, false);
    const result = outcome.kind === 'attached' ? outcome.result : this.parts.lists.initializeResult(session);
    // VS Code names tools by the title, else by the name, those of an earlier session included: others after a
    // sign-in would make the tools that a turn was offered unknown in the midst of it.
    const named = { name: session.server.name, title: session.server.name };
    const serverInfo = { ...result.serverInfo, ...named };
    const capabilities = withListChanges(result.capabilities);
    sendJson(
      response,
      200,
      { jsonrpc: '2.0', id: session.initialize.id, result: { ...result, capabilities, serverInfo } },
      { 'Mcp-Session-Id': session.id },
    );
  }

  async #request(inFlight: InFlightRequest): Promise<void> {
    if (inFlight.request.method !== 'ping' && inFlight.request.method !== 'logging/setLevel')
      await inFlight.session.untilInitialized(this.parts.clock);
    try {
      await this.parts.requests.run(inFlight);
    } catch (error) {
      if (inFlight.signal.aborted) {
        // The caller cancelled it, and expects no response, or has left.
        inFlight.call?.end({ outcome: 'cancelled' });
        inFlight.response.end();
        return;
      }
      this.parts.log.error(
        `${inFlight.session.server.name}: ${inFlight.request.method} failed (${errorName(error)}).`,
      );
      inFlight.refuse(
        `${inFlight.tool ?? inFlight.request.method} ended without a response: the connection to the server was lost. It was not run again.`,
      );
    }
  }

  #get(server: ServerConfig, caller: Caller, request: IncomingMessage, response: ServerResponse): void {
    const session = this.#sessions.find(server, caller, headerOf(request, 'mcp-session-id'));
    if (session === undefined) {
      notFound(response, undefined);
      return;
    }
    const closed = new AbortController();
    response.once('close', () =>
      closed.abort(new DOMException('The caller closed the stream.', 'AbortError')),
    );
    const stream = new EventStream(response, this.parts.clock, session.headers);
    const place = headerOf(request, 'last-event-id');
    const owed = place === undefined ? undefined : interruptedResponse(session, place);
    if (owed === undefined) this.parts.streams.open(session, stream, closed.signal, place);
    else {
      void stream.message(owed);
      stream.end();
    }
  }

  async #delete(
    server: ServerConfig,
    caller: Caller,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const session = this.#sessions.find(server, caller, headerOf(request, 'mcp-session-id'));
    if (session === undefined) {
      notFound(response, undefined);
      return;
    }
    this.#sessions.leave(session);
    try {
      await this.parts.upstreams.forward(session, 'DELETE');
    } finally {
      session.close();
    }
    response.writeHead(200).end();
  }
}

function notFound(response: ServerResponse, id: RequestId | undefined): void {
  sendJson(response, 404, sessionNotFoundMessage(id));
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
