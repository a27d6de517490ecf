import { discardBody } from '../../oauth/boundedFetch.js';
import type { Fetch } from '../../oauth/httpContext.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { addressOf, shownAddress } from '../../base/displayText.js';
import { MessageSink } from './messageSink.js';
import type { StreamEvent } from '../callers/callerHttp.js';
import { isEventStream, upstreamEvents } from '../upstream/upstreamBody.js';

/** Most messages that belong to no call and are kept until a caller listens, and their characters in all. */
const queueLimit = 100;
const queueLength = 16 * 1024 * 1024;

/** What must be known of a message to bring it to the call it belongs to. */
export interface RoutedMessage {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: {
    readonly progressToken?: unknown;
    readonly _meta?: { readonly progressToken?: unknown };
  };
}

interface WaitingCall {
  readonly sink: MessageSink;
  readonly progressToken: unknown;
}

/**
 * One session of the HTTP+SSE transport (MCP 2024-11-05): a stream of all messages of the server, and the address
 * that it names at its beginning, to which everything is posted.
 */
export class HttpSseSession {
  readonly #waiting = new Map<string | number, WaitingCall>();
  readonly #unheard: StreamEvent[] = [];
  readonly #abort = new AbortController();
  #unheardLength = 0;
  #listener: MessageSink | undefined;

  private constructor(
    private readonly endpoint: string,
    private readonly fetch: Fetch,
    /** Called once, when the stream has ended. */
    private readonly onEnd: () => void,
  ) {}

  /**
   * Opens the stream and waits for the address it names.
   *
   * @param signal ends the wait, and not the session
   * @returns the server's response if that is not a stream, such as a 401
   * @throws OAuthFlowError `invalidMetadata` if it names no address, or one at another origin: the token is sent there
   */
  static async open(
    url: string,
    headers: Headers,
    fetch: Fetch,
    signal: AbortSignal,
    onEnd: () => void,
  ): Promise<HttpSseSession | Response> {
    const abort = new AbortController();
    const giveUp = () => abort.abort(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      const response = await fetch(url, { method: 'GET', headers, redirect: 'manual', signal: abort.signal });
      if (!response.ok || !isEventStream(response)) return response;
      const events = upstreamEvents(response);
      const first = await events.next();
      const named = first.done === true || first.value.event !== 'endpoint' ? undefined : first.value.data;
      const endpoint = addressOf(named, new URL(url));
      if (endpoint?.origin !== new URL(url).origin) {
        await discardBody(response);
        abort.abort();
        throw badEndpoint(url, endpoint);
      }
      const session = new HttpSseSession(endpoint.href, fetch, onEnd);
      session.#abort.signal.addEventListener('abort', () => abort.abort(), { once: true });
      void session.#route(events);
      return session;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Posts a message as it is. @returns for a request, a stream of what belongs to it, up to its response */
  async post(
    message: RoutedMessage,
    body: BodyInit,
    headers: Headers,
    signal: AbortSignal,
  ): Promise<Response> {
    const isRequest = message.method !== undefined && message.id !== undefined;
    const sink = isRequest ? this.#expect(message, signal) : undefined;
    try {
      const init: RequestInit = { method: 'POST', headers, body, redirect: 'manual', signal };
      const accepted = await this.fetch(this.endpoint, init);
      if (!accepted.ok) {
        sink?.drop();
        if (accepted.status === 404) this.close();
        return accepted;
      }
      await discardBody(accepted);
      return sink?.response() ?? new Response(null, { status: 202 });
    } catch (error) {
      sink?.drop();
      throw error;
    }
  }

  /** A stream of the messages that belong to no call; the newest listener gets them. */
  listen(signal: AbortSignal): Response {
    this.#listener?.end();
    const sink = new MessageSink(signal, () => {
      if (this.#listener === sink) this.#listener = undefined;
    });
    this.#listener = sink;
    this.#unheardLength = 0;
    for (const event of this.#unheard.splice(0)) void sink.send(event);
    return sink.response();
  }

  close(): void {
    this.#unheard.length = 0;
    this.#abort.abort();
  }

  #expect(message: RoutedMessage, signal: AbortSignal): MessageSink {
    const { id = '', params } = message;
    const sink = new MessageSink(signal, () => this.#waiting.delete(id));
    this.#waiting.set(id, { sink, progressToken: params?._meta?.progressToken });
    return sink;
  }

  async #route(events: AsyncGenerator<StreamEvent>): Promise<void> {
    try {
      for await (const event of events) await this.#bring(event);
    } catch {
      // Broken off or closed here: the calls that still wait fail below.
    }
    this.onEnd();
    for (const { sink } of [...this.#waiting.values()])
      sink.fail(new TypeError('The server’s stream ended.'));
    this.#listener?.end();
  }

  async #bring(event: StreamEvent): Promise<void> {
    const message = routedMessage(event.data);
    if (message === undefined) return;
    const { id, method, params } = message;
    if (method === undefined) {
      const call = id === undefined ? undefined : this.#waiting.get(id);
      await call?.sink.send(event);
      call?.sink.end();
      return;
    }
    const calls = [...this.#waiting.values()];
    const token = params?.progressToken;
    const call =
      token === undefined
        ? // A question of the server is about the call that it runs; without a listener no other caller gets it.
          id === undefined || this.#listener !== undefined
          ? undefined
          : calls[0]
        : calls.find(({ progressToken }) => progressToken === token);
    if (call !== undefined) await call.sink.send(event);
    else if (this.#listener !== undefined) await this.#listener.send(event);
    else this.#keep(event);
  }

  #keep(event: StreamEvent): void {
    if (this.#unheard.length >= queueLimit) return;
    this.#unheardLength += event.data.length;
    this.#unheard.push(event);
    // No proper server sends as much before its first caller listens.
    if (this.#unheardLength > queueLength) this.close();
  }
}

/** @returns undefined if the text is not a JSON-RPC message */
export function routedMessage(text: string): RoutedMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function badEndpoint(url: string, endpoint: URL | undefined): OAuthFlowError {
  const what =
    endpoint === undefined
      ? 'does not start its stream with the address to post to'
      : `wants messages posted to ${shownAddress(endpoint)}, which has a different origin`;
  return new OAuthFlowError('invalidMetadata', `${shownAddress(url)} ${what}.`, {
    url: shownAddress(url),
    field: 'endpoint',
    fix: 'If the server supports Streamable HTTP, set its type to "http".',
  });
}
