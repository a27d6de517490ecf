import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BearerVerification, isRefusal, type VerifiedToken } from './bearerVerification.js';
import type { DpopVerification } from './dpopVerification.js';
import { FaultSwitch, type DemoFault } from './faultSwitch.js';
import { listenOnLoopback, readBody, sendJson, type LoopbackServer } from './loopbackServer.js';
import { logRequest, pathOf, type LoggedRequest } from './requestLog.js';

/** The fields of a JSON-RPC message that the HTTP layer needs. */
export interface RpcMessage {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: { readonly name?: string };
}

export interface McpHttpServerOptions {
  /** If 0, the default, any free port is used. */
  readonly port?: number;
  readonly issuer: string;
  readonly jwksUri: string;
  /** Whether to respond with JSON in place of a stream. False by default. */
  readonly jsonResponses?: boolean;
  /** Scopes in a 401 challenge. If undefined, it names none. */
  readonly challengeScopes: readonly string[] | undefined;
  /** Returns the protected resource metadata (RFC 9728) for the server at this address. */
  readonly metadata: (url: string) => object;
  /** If present, only tokens bound to a key are accepted. */
  readonly dpop?: DpopVerification;
  /** Returns the scopes a message needs, before the MCP layer receives it. */
  readonly requiredScopes: (message: RpcMessage) => readonly string[];
  /** Creates the MCP server of one session, which belongs to one user. */
  readonly createServer: (caller: VerifiedToken) => McpServer;
}

interface Session {
  readonly transport: StreamableHTTPServerTransport;
  readonly sub: string;
}

const metadataPath = '/.well-known/oauth-protected-resource/mcp';

/** An OAuth-protected MCP server over Streamable HTTP, at `/mcp` on loopback. */
export class McpHttpServer {
  /** The received requests, oldest first. */
  readonly requests: LoggedRequest[] = [];
  /** The JSON-RPC method that faults apply to. If undefined, they apply to all requests at `/mcp`. */
  faultOnly: string | undefined;
  /** The subject whose tokens are refused before they expire, as a server with token introspection does. */
  distrusts: string | undefined;
  readonly #faults = new FaultSwitch();
  readonly #sessions = new Map<string, Session>();
  #server: LoopbackServer | undefined;
  #bearer: BearerVerification | undefined;

  private constructor(private readonly options: McpHttpServerOptions) {}

  static async start(options: McpHttpServerOptions): Promise<McpHttpServer> {
    const server = new McpHttpServer(options);
    server.#server = await listenOnLoopback(options.port ?? 0, (origin) => {
      server.#bearer = new BearerVerification({
        issuer: options.issuer,
        jwksUri: options.jwksUri,
        audience: `${origin}/mcp`,
        resourceMetadata: origin + metadataPath,
        scopesToAskFor: options.challengeScopes,
        ...(options.dpop !== undefined && { dpop: options.dpop }),
      });
      return (request, response) => server.#handle(request, response);
    });
    return server;
  }

  get origin(): string {
    return this.#server?.origin ?? '';
  }

  /** The server's address, which is also its resource identifier. */
  get url(): string {
    return `${this.origin}/mcp`;
  }

  get fault(): DemoFault {
    return this.#faults.fault;
  }

  set fault(fault: DemoFault) {
    this.#faults.fault = fault;
  }

  /** Resolves when the fault `held` holds a request. */
  whenHeld(): Promise<void> {
    return this.#faults.whenHeld();
  }

  /** IDs of the open sessions. */
  get sessionIds(): string[] {
    return [...this.#sessions.keys()];
  }

  /** Ends all sessions, as a restart does. Their IDs receive a 404 from then on. */
  async endSessions(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const { transport } of sessions) await transport.close();
  }

  async close(): Promise<void> {
    this.#faults.release();
    await this.endSessions();
    await this.#server?.close();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const entry = logRequest(this.requests, request);
    response.once('close', () => (entry.status = response.statusCode));
    const path = pathOf(request);
    if (path === metadataPath && request.method === 'GET') {
      sendJson(response, 200, this.options.metadata(this.url));
      return;
    }
    if (path !== '/mcp') {
      sendJson(response, 404, { error: 'not_found' });
      return;
    }
    const body =
      request.method === 'POST' ? await readMessages(request) : { messages: [], parsed: undefined };
    const [first] = body.messages;
    if (first?.method !== undefined) entry.rpcMethod = first.method;
    if (this.#faultMeets(body.messages) && (await this.#faults.answers(response))) return;
    const caller = await this.#admit(request, response, body.messages);
    if (!caller) return;
    entry.sub = caller.sub;
    await this.#dispatch(request, response, caller, body.parsed);
  }

  #faultMeets(messages: readonly RpcMessage[]): boolean {
    return this.faultOnly === undefined || messages.some(({ method }) => method === this.faultOnly);
  }

  /** Verifies the token and its scopes, and responds with 401 or 403 if they are insufficient. */
  async #admit(
    request: IncomingMessage,
    response: ServerResponse,
    messages: readonly RpcMessage[],
  ): Promise<VerifiedToken | undefined> {
    if (!this.#bearer) return undefined;
    const proof = request.headers['dpop'];
    const verified = await this.#bearer.verify(request.headers.authorization, {
      method: request.method ?? '',
      url: this.url,
      proof: typeof proof === 'string' ? proof : undefined,
    });
    if (!isRefusal(verified) && verified.sub === this.distrusts) {
      response.setHeader('www-authenticate', this.#bearer.revoked().challenge);
      sendJson(response, 401, { error: 'unauthorized' });
      return undefined;
    }
    const required = new Set(
      messages.length > 0 ? messages.flatMap(this.options.requiredScopes) : this.options.requiredScopes({}),
    );
    const refusal = isRefusal(verified) ? verified : this.#bearer.missingScopes(verified, [...required]);
    if (!refusal) return verified as VerifiedToken;
    response.setHeader('www-authenticate', refusal.challenge);
    if (refusal.nonce !== undefined) response.setHeader('dpop-nonce', refusal.nonce);
    sendJson(response, refusal.status, {
      error: refusal.status === 401 ? 'unauthorized' : 'insufficient_scope',
    });
    return undefined;
  }

  async #dispatch(
    request: IncomingMessage,
    response: ServerResponse,
    caller: VerifiedToken,
    body: unknown,
  ): Promise<void> {
    const sessionId = request.headers['mcp-session-id'];
    if (typeof sessionId === 'string') {
      const session = this.#sessions.get(sessionId);
      // Another user's session is treated as unknown.
      if (session?.sub === caller.sub) await session.transport.handleRequest(request, response, body);
      else sendJson(response, 404, rpcError(-32001, 'Session not found'));
      return;
    }
    if (!isInitializeRequest(body)) {
      sendJson(response, 400, rpcError(-32600, 'Mcp-Session-Id is missing'));
      return;
    }
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      enableJsonResponse: this.options.jsonResponses ?? false,
      onsessioninitialized: (id) => void this.#sessions.set(id, { transport, sub: caller.sub }),
      onsessionclosed: (id) => void this.#sessions.delete(id),
    });
    await this.options.createServer(caller).connect(transport);
    await transport.handleRequest(request, response, body);
  }
}

async function readMessages(
  request: IncomingMessage,
): Promise<{ messages: readonly RpcMessage[]; parsed: unknown }> {
  const text = await readBody(request);
  try {
    const parsed: unknown = JSON.parse(text);
    const messages = (Array.isArray(parsed) ? parsed : [parsed]) as readonly RpcMessage[];
    return { messages, parsed };
  } catch {
    return { messages: [], parsed: undefined };
  }
}

function rpcError(code: number, message: string) {
  return { jsonrpc: '2.0', error: { code, message }, id: null };
}
