import type { IncomingHttpHeaders } from 'node:http';
import type { UpstreamRequest } from '../../broker/fetch/authorizedFetch.js';
import type { JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import { statelessHeaders, withoutSession } from '../../mcp/statelessRevision.js';
import type { CallerSession, UpstreamSession } from '../callers/callerSession.js';

/** What of a caller's headers an upstream is told: the transport's own and the trace context. */
const forwarded = ['mcp-method', 'mcp-name', 'mcp-protocol-version', 'traceparent', 'tracestate'];

/**
 * The headers of a request to the upstream. The caller's key, cookies and session id stay here.
 *
 * @param session undefined for `initialize`
 */
export function upstreamHeaders(
  method: UpstreamRequest['method'],
  session: UpstreamSession | undefined,
  caller: IncomingHttpHeaders = {},
): Headers {
  const headers = new Headers();
  for (const name of forwarded) {
    const value = caller[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  headers.set('Accept', method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream');
  if (method === 'POST') headers.set('Content-Type', 'application/json');
  for (const [name, value] of Object.entries(caller)) {
    // MCP 2026-07-28: arguments that the tool's schema wants repeated in headers.
    if (name.startsWith('mcp-param-') && typeof value === 'string') headers.set(name, value);
  }
  if (session !== undefined) {
    if (session.sessionId !== undefined) headers.set('Mcp-Session-Id', session.sessionId);
    // VS Code leaves it out after `initialize`; servers may refuse its absence (MCP 2025-06-18, transports).
    const isSaid = headers.has('mcp-protocol-version') && session.isStateless !== true;
    if (!isSaid) headers.set('Mcp-Protocol-Version', session.protocolVersion);
  }
  return headers;
}

/** Whose account acts for a caller, and with which scopes at most. */
export function accessOf({
  caller,
}: CallerSession): Pick<UpstreamRequest, 'account' | 'scopeCeiling' | 'agent'> {
  const { account, agent } = caller;
  const scopes = agent?.access.scopes;
  return {
    ...(account !== undefined && { account }),
    ...(agent !== undefined && scopes !== undefined && { scopeCeiling: scopes, agent: agent.id }),
  };
}

/** What ties a request to who its session was begun as; a server without sessions takes each by itself. */
export function sessionOf(upstream: UpstreamSession | undefined): UpstreamSession | undefined {
  return upstream?.isStateless === true ? undefined : upstream;
}

/** A request of a caller's session, or of the relay's own, for an upstream that knows no sessions. */
export function upstreamPost(
  { upstream, initialize }: CallerSession,
  request: JSONRPCRequest,
  caller: IncomingHttpHeaders = {},
): Pick<UpstreamRequest, 'headers'> & { readonly body: Uint8Array } {
  const headers = upstreamHeaders('POST', upstream, caller);
  const stateless = withoutSession(request, initialize);
  for (const [name, value] of Object.entries(statelessHeaders(stateless))) headers.set(name, value);
  return { headers, body: Buffer.from(JSON.stringify(stateless)) };
}
