import type { IncomingMessage } from 'node:http';

/** A demo server's record of a request, without its query, headers or body, which contain secrets. */
export interface LoggedRequest {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** The JSON-RPC method of an MCP message. */
  rpcMethod?: string;
  /** The subject of its token, if the token was valid. */
  sub?: string;
  /** The HTTP status, once the response has begun. */
  status?: number;
}

/** The request's path, without its query. */
export function pathOf(request: IncomingMessage): string {
  return new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
}

export function logRequest(log: LoggedRequest[], request: IncomingMessage): LoggedRequest {
  const entry: LoggedRequest = { at: Date.now(), method: request.method ?? '', path: pathOf(request) };
  log.push(entry);
  return entry;
}
