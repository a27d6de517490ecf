import { randomUUID } from 'node:crypto';
import type { Disposable } from '../../base/clock.js';
import type { Fetch } from '../../oauth/httpContext.js';
import { HttpSseSession, routedMessage, type RoutedMessage } from './httpSseSession.js';

/**
 * Servers that are still on the HTTP+SSE transport (MCP 2024-11-05, deprecated since 2025-03-26), asked as if
 * they spoke Streamable HTTP: everything above, tokens and consent included, knows one transport only.
 */
export class HttpSseTransport implements Disposable {
  readonly #sessions = new Map<string, { readonly url: string; readonly session: HttpSseSession }>();

  /**
   * @param network what requests go out through
   * @param servers the configured ones, as they are now
   */
  constructor(
    private readonly network: Fetch,
    private readonly servers: () => readonly { readonly type?: string; readonly url: string }[],
  ) {}

  /** For requests to servers of either transport. @see {@link HttpSseSession.open} for what it throws */
  readonly fetch: Fetch = (url, init, addresses) =>
    this.servers().some((server) => server.type === 'sse' && server.url === url)
      ? this.#ask(url, init)
      : this.network(url, init, addresses);

  /** Ends a session that its caller has left, at once and without notice to the server: its stream closes. */
  leave(sessionId: string): void {
    this.#sessions.get(sessionId)?.session.close();
  }

  dispose(): void {
    for (const { session } of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  async #ask(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const id = headers.get('mcp-session-id');
    headers.delete('mcp-session-id');
    const signal = init.signal ?? new AbortController().signal;
    const body = init.body ?? '';
    const message = await messageOf(body);
    if (id === null) {
      return message.method === 'initialize'
        ? this.#begin(url, message, body, headers, signal)
        : this.#probe(url, headers, signal);
    }
    const known = this.#sessions.get(id);
    if (known?.url !== url) return new Response(null, { status: 404 });
    switch (init.method) {
      case 'DELETE':
        known.session.close();
        return new Response(null, { status: 200 });
      case 'GET':
        return known.session.listen(signal);
      default:
        return known.session.post(message, body, headers, signal);
    }
  }

  async #begin(
    url: string,
    message: RoutedMessage,
    body: BodyInit,
    headers: Headers,
    signal: AbortSignal,
  ): Promise<Response> {
    const id = randomUUID();
    const opened = await this.#open(url, headers, signal, () => this.#sessions.delete(id));
    if (opened instanceof Response) return opened;
    this.#sessions.set(id, { url, session: opened });
    try {
      const response = await opened.post(message, body, headers, signal);
      if (response.ok) response.headers.set('Mcp-Session-Id', id);
      else opened.close();
      return response;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  /** The response to a request outside a session is the server's response to opening a stream. */
  async #probe(url: string, headers: Headers, signal: AbortSignal): Promise<Response> {
    const opened = await this.#open(url, headers, signal, () => undefined);
    if (opened instanceof Response) return opened;
    opened.close();
    return new Response(null, { headers: { 'Content-Type': 'text/event-stream' } });
  }

  #open(
    url: string,
    all: Headers,
    signal: AbortSignal,
    onEnd: () => void,
  ): Promise<HttpSseSession | Response> {
    const headers = new Headers(all);
    headers.delete('content-type');
    headers.set('accept', 'text/event-stream');
    return HttpSseSession.open(url, headers, this.network, signal, onEnd);
  }
}

async function messageOf(body: BodyInit): Promise<RoutedMessage> {
  return routedMessage(await new Response(body).text()) ?? {};
}
