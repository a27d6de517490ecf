import type { IncomingHttpHeaders } from 'node:http';
import type { UpstreamRequest } from '../broker/authorizedFetch.js';
import type { UpstreamSession } from './relaySession.js';

/** What of a caller's headers an upstream is told: the transport's own and the trace context. */
const forwarded = [
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'traceparent',
  'tracestate',
];

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
  if (session !== undefined) {
    if (session.sessionId !== undefined) headers.set('Mcp-Session-Id', session.sessionId);
    // VS Code leaves it out after `initialize`; servers may refuse its absence (MCP 2025-06-18, transports).
    if (!headers.has('mcp-protocol-version')) headers.set('Mcp-Protocol-Version', session.protocolVersion);
  }
  return headers;
}
