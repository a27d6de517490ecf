import type { IncomingHttpHeaders } from 'node:http';
import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
} from '@modelcontextprotocol/sdk/types.js';
import type {
  AuthorizedFetch,
  AuthorizedOutcome,
  UpstreamRequest,
} from '../../broker/fetch/authorizedFetch.js';
import { statelessHeaders, withoutSession } from '../../mcp/statelessRevision.js';
import { discardBody } from '../../oauth/boundedFetch.js';
import type { CallerSession, UpstreamSession } from '../callers/callerSession.js';
import { isEventStream } from './upstreamBody.js';

/**
 * The caller's headers that are forwarded to an upstream: those of the transport and of the trace context.
 */
const FORWARDED_HEADERS = ['mcp-method', 'mcp-name', 'mcp-protocol-version', 'traceparent', 'tracestate'];

/** The parts of a request to an upstream other than its method and its message. */
export interface SendOptions {
  /** The headers of the caller's request for which it is sent. */
  readonly callerHeaders?: IncomingHttpHeaders | undefined;
  /** The session at the upstream in which it is sent; the one of the caller's session if absent. */
  readonly sentIn?: UpstreamSession | undefined;
  /** The event after which a stream is resumed. */
  readonly lastEventId?: string | undefined;
  /** The called tool. */
  readonly tool?: string | undefined;
  readonly onSend?: UpstreamRequest['onSend'];
  readonly signal: AbortSignal;
}

/**
 * Creates all requests to upstreams. Each is sent with the account and the scopes of its caller; the caller's
 * key, cookies and session ID are not forwarded.
 */
export class UpstreamSender {
  constructor(private readonly authorizedFetch: AuthorizedFetch) {}

  /**
   * Sends one message of a caller's session, or of the relay itself, to the session's upstream.
   *
   * @param message bytes are forwarded unchanged; a request object is adapted if the upstream has no sessions
   */
  send(
    session: CallerSession,
    method: UpstreamRequest['method'],
    message: JSONRPCMessage | Uint8Array | undefined,
    options: SendOptions,
  ): Promise<AuthorizedOutcome> {
    const { account, agent } = session.caller;
    const upstream = options.sentIn ?? session.upstream;
    const headers = headersOf(method, upstream, options);
    const scopeCeiling = agent?.access.scopes;
    return this.authorizedFetch.send(session.server, {
      method,
      headers,
      body: bodyOf(message, session, upstream, headers),
      session: upstream,
      account,
      scopeCeiling,
      agent: scopeCeiling && agent.id,
      tool: options.tool,
      onSend: options.onSend,
      signal: options.signal,
    });
  }

  /**
   * Opens a stream that the upstream keeps open, or resumes one (Streamable HTTP, GET).
   *
   * @returns undefined if the upstream has no such stream or the request cannot be sent
   */
  async openStream(session: CallerSession, options: SendOptions): Promise<Response | undefined> {
    const outcome = await this.send(session, 'GET', undefined, options);
    if (outcome.kind !== 'response') return undefined;
    const { response } = outcome;
    if (response.ok && isEventStream(response)) return response;
    await discardBody(response);
    return undefined;
  }
}

function headersOf(
  method: UpstreamRequest['method'],
  upstream: UpstreamSession | undefined,
  { callerHeaders = {}, lastEventId }: SendOptions,
): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(callerHeaders)) {
    // MCP 2026-07-28: a tool's schema may require that arguments are repeated in headers.
    const isForwarded = FORWARDED_HEADERS.includes(name) || name.startsWith('mcp-param-');
    if (isForwarded && typeof value === 'string') headers.set(name, value);
  }
  headers.set('Accept', method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream');
  if (method === 'POST') headers.set('Content-Type', 'application/json');
  if (lastEventId !== undefined) headers.set('Last-Event-ID', lastEventId);
  if (upstream?.sessionId !== undefined) headers.set('Mcp-Session-Id', upstream.sessionId);
  // VS Code omits the header after `initialize`, and servers may refuse requests without it (MCP 2025-06-18,
  // transports).
  const isDeclared = headers.has('mcp-protocol-version') && upstream?.isStateless !== true;
  if (upstream !== undefined && !isDeclared) headers.set('Mcp-Protocol-Version', upstream.protocolVersion);
  return headers;
}

/** @param headers the headers that repeat content of the body are added to these */
function bodyOf(
  message: JSONRPCMessage | Uint8Array | undefined,
  { initialize }: CallerSession,
  upstream: UpstreamSession | undefined,
  headers: Headers,
): Uint8Array | undefined {
  if (message === undefined || message instanceof Uint8Array) return message;
  const isAdapted = upstream?.isStateless === true && isJSONRPCRequest(message);
  if (!isAdapted) return Buffer.from(JSON.stringify(message));
  const stateless: JSONRPCRequest = withoutSession(message, initialize);
  for (const [name, value] of Object.entries(statelessHeaders(stateless))) headers.set(name, value);
  return Buffer.from(JSON.stringify(stateless));
}
