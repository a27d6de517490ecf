import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpContext } from '../../src/oauth/httpContext.js';
import { listenOnLoopback, readBody } from '../demo/loopbackServer.js';

/** One request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The body as a form. */
  readonly form: URLSearchParams;
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON, a string as it is. */
  readonly body?: unknown;
  /** Keeps the connection open and sends nothing. */
  readonly hang?: boolean;
}

export type Script = (request: SeenRequest, origin: string) => ScriptedAnswer | undefined;

export interface ScriptedServer {
  readonly origin: string;
  readonly requests: SeenRequest[];
  close(): Promise<void>;
}

const open: ScriptedServer[] = [];

/** A real HTTP server on loopback that responds by path as scripted, and with 404 elsewhere. */
export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const listening = await listenOnLoopback(0, (origin) => async (request, response) => {
    const body = await readBody(request);
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
      form: new URLSearchParams(body),
    };
    requests.push(seen);
    send(response, script(seen, origin) ?? { status: 404, body: 'no such page' });
  });
  const server = { origin: listening.origin, requests, close: () => listening.close() };
  open.push(server);
  return server;
}

function send(response: ServerResponse, { status = 200, headers = {}, body, hang }: ScriptedAnswer): void {
  if (hang === true) return;
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers }).end(text);
}

/** For `afterEach`: no test leaves a port behind. */
export async function closeServers(): Promise<void> {
  await Promise.all(open.splice(0).map((server) => server.close()));
}

/** Of a server on this machine, as those above are. */
export const http: HttpContext = { fetch: (url, init) => fetch(url, init), reach: 'thisMachine' };
