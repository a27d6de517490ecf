import assert from 'node:assert/strict';
import { request, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { once } from 'node:events';

/** An answer as it comes in, so that a test can wait for a part of it. */
export class RawAnswer {
  #text = '';
  #ended = false;
  readonly #watchers = new Set<() => void>();

  constructor(private readonly message: IncomingMessage) {
    message.setEncoding('utf8');
    message.on('data', (chunk: string) => {
      this.#text += chunk;
      this.#tell();
    });
    message.once('close', () => {
      this.#ended = true;
      this.#tell();
    });
    message.on('error', () => undefined);
  }

  get status(): number {
    return this.message.statusCode ?? 0;
  }

  get headers(): IncomingHttpHeaders {
    return this.message.headers;
  }

  /** What has come so far. */
  get text(): string {
    return this.#text;
  }

  get isOpen(): boolean {
    return !this.#ended;
  }

  /** Resolves when what has come so far matches; rejects when the answer ends without. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#text);
      if (found !== null) return found;
      if (this.#ended) assert.fail(`ended without ${pattern}: ${this.#text}`);
      await this.#change();
    }
  }

  /** The whole answer. */
  async whole(): Promise<string> {
    while (!this.#ended) await this.#change();
    return this.#text;
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.whole());
  }

  /** The messages of the event stream so far. */
  get messages(): readonly RpcMessage[] {
    return this.#text
      .split('\n\n')
      .filter((event) => /^data: /m.test(event) && typeOf(event) === 'message')
      .map((event) => event.replace(/^(?!data: ).*$/gm, '').replace(/^data: /gm, ''))
      .map((data) => JSON.parse(data) as RpcMessage);
  }

  #change(): Promise<void> {
    const change = Promise.withResolvers<void>();
    this.#watchers.add(change.resolve);
    return change.promise;
  }

  #tell(): void {
    for (const told of this.#watchers) told();
    this.#watchers.clear();
  }
}

/** The last `event` field of an event is its type (HTML, server-sent events). */
function typeOf(event: string): string {
  return [...event.matchAll(/^event: (.*)$/gm)].at(-1)?.[1] ?? 'message';
}

export interface RpcMessage {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: { readonly message?: string; readonly url?: string; readonly [name: string]: unknown };
  readonly result?: { readonly isError?: boolean; readonly [name: string]: unknown };
  readonly error?: { readonly code: number; readonly message: string };
}

export interface RawRequest {
  readonly method?: string;
  /** Below the relay's address; the server's own endpoint by default. */
  readonly path?: string;
  /** Added to, or with `undefined` taken from, what a well-behaved caller sends. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Buffer;
}

/** Speaks HTTP to the relay without the courtesy of `fetch`, which hides `Host`, `Origin` and streams. */
export class RawCaller {
  sessionId: string | undefined;
  readonly #open = new Set<ClientRequest>();
  #id = 0;

  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  get port(): string {
    return new URL(this.url).port;
  }

  async send(what: RawRequest): Promise<RawAnswer> {
    const url = new URL(this.url);
    const all: Record<string, string | undefined> = {
      Authorization: `Bearer ${this.key}`,
      Accept: 'application/json, text/event-stream',
      'Mcp-Session-Id': this.sessionId,
      ...(what.body !== undefined && { 'Content-Type': 'application/json' }),
      ...what.headers,
    };
    const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const sent = request({
      host: '127.0.0.1',
      port: url.port,
      path: what.path ?? url.pathname,
      method: what.method ?? (what.body === undefined ? 'GET' : 'POST'),
      headers: headers as Record<string, string>,
      agent: false,
    });
    this.#open.add(sent);
    sent.once('close', () => this.#open.delete(sent));
    sent.end(what.body);
    const [message] = (await once(sent, 'response')) as [IncomingMessage];
    sent.on('error', () => undefined);
    return new RawAnswer(message);
  }

  post(message: object, headers: RawRequest['headers'] = {}): Promise<RawAnswer> {
    return this.send({ body: JSON.stringify(message), headers });
  }

  /** A request whose id counts up from 1, with progress wanted under that id. */
  call(method: string, params: object = {}, headers: RawRequest['headers'] = {}): Promise<RawAnswer> {
    const id = ++this.#id;
    const message = { jsonrpc: '2.0', id, method, params: { ...params, _meta: { progressToken: id } } };
    return this.post(message, headers);
  }

  callTool(name: string, args: object = {}, headers: RawRequest['headers'] = {}): Promise<RawAnswer> {
    return this.call('tools/call', { name, arguments: args }, headers);
  }

  async notify(method: string, params: object = {}): Promise<void> {
    const answer = await this.post({ jsonrpc: '2.0', method, params });
    assert.equal(answer.status, 202, await answer.whole());
  }

  /** Answers a request of the relay's, such as a card. */
  async respond(id: string | number, result: object): Promise<void> {
    const answer = await this.post({ jsonrpc: '2.0', id, result });
    assert.equal(answer.status, 202, await answer.whole());
  }

  /** Begins a session, as a client that can show cards unless told otherwise. */
  async initialize(capabilities: object = { elicitation: { url: {} } }): Promise<RpcMessage> {
    const clientInfo = { name: 'raw', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities, clientInfo };
    const answer = await this.post({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
    const message = (await answer.json()) as RpcMessage;
    this.sessionId = String(answer.headers['mcp-session-id']);
    await this.notify('notifications/initialized');
    return message;
  }

  close(): void {
    for (const open of this.#open) open.destroy();
  }
}
