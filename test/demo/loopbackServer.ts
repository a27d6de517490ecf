import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The demo servers refuse bodies over this number of bytes. */
const bodyLimit = 4 * 1024 * 1024;

/** An HTTP server on 127.0.0.1. Closing it also closes its sockets. */
export interface LoopbackServer {
  readonly port: number;
  /** `http://127.0.0.1:<port>`, or with another host name if one was passed. */
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1 only. `makeHandler` receives the server's origin. If a handler throws, the response
 * is a 500.
 *
 * @param port 0 for any free port
 * @param name the origin's host name; to a browser, `localhost` is a different site
 */
export async function listenOnLoopback(
  port: number,
  makeHandler: (
    origin: string,
  ) =>
    | ((request: IncomingMessage, response: ServerResponse) => Promise<void>)
    | Promise<(request: IncomingMessage, response: ServerResponse) => Promise<void>>,
  name: '127.0.0.1' | 'localhost' = '127.0.0.1',
): Promise<LoopbackServer> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const actualPort = (server.address() as AddressInfo).port;
  const origin = `http://${name}:${actualPort}`;
  const handler = await Promise.resolve(origin)
    .then(makeHandler)
    .catch(async (error: unknown) => {
      await closeServer(server);
      throw error;
    });
  server.on('request', (request, response) => {
    handler(request, response).catch((error: unknown) => {
      console.error('demo server:', error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  return { port: actualPort, origin, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

/** @throws {RangeError} if the body is larger than 4 MB */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyLimit) throw new RangeError(`A body of more than ${bodyLimit} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Sends a page that must not be cached and may load nothing. */
export function sendHtml(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  });
  response.end(html);
}
