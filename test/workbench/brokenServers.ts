import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeSigningKey } from '../demo/federation/signingKey.js';
import { listenOnLoopback, sendHtml, sendJson, type LoopbackServer } from '../demo/loopbackServer.js';
import { pathOf } from '../demo/requestLog.js';

/** Loopback addresses with a fault, as a user may type them. */
export interface BrokenServers {
  readonly unreachable: string;
  readonly html: string;
  readonly metadataNotJson: string;
  /** The times of requests to it, in milliseconds since the epoch. */
  readonly metadataAskedAt: readonly number[];
  readonly metadataOf2MB: string;
  readonly insecureAuthorizationServer: string;
  readonly metadataRedirected: string;
  /** The target of the redirect, which must receive no request. */
  readonly elsewhere: { readonly origin: string; readonly requests: readonly string[] };
  close(): Promise<void>;
}

/** A host that must receive no packet. */
export const insecureIssuer = 'http://as.example.org';

export async function startBrokenServers(): Promise<BrokenServers> {
  const running: LoopbackServer[] = [];
  const start = async (answer: (path: string, response: ServerResponse, origin: string) => void) => {
    const server = await listenOnLoopback(0, (origin) => (request, response) => {
      answer(pathOf(request), response, origin);
      return Promise.resolve();
    });
    running.push(server);
    return `${server.origin}/mcp`;
  };
  /** Responds with a 401 to MCP requests, and with the given metadata to all others. */
  const withMetadata = (send: (response: ServerResponse, url: string) => void) =>
    start((path, response, origin) => {
      if (path !== '/mcp') {
        send(response, `${origin}/mcp`);
        return;
      }
      const challenge = `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });

  const requests: string[] = [];
  const metadataAskedAt: number[] = [];
  const elsewhere = new URL(
    await start((path, response) => {
      requests.push(path);
      sendJson(response, 404, {});
    }),
  );
  const gone = await listenOnLoopback(0, () => () => Promise.resolve());
  await gone.close();
  return {
    unreachable: `${gone.origin}/mcp`,
    html: await start((_path, response) => sendHtml(response, 200, '<h1>Welcome</h1>')),
    metadataNotJson: await withMetadata((response) => {
      metadataAskedAt.push(Date.now());
      response.writeHead(200, { 'content-type': 'text/plain' }).end('resource: here');
    }),
    metadataAskedAt,
    metadataOf2MB: await withMetadata((response, resource) =>
      sendJson(response, 200, { resource, padding: 'x'.repeat(2 * 1024 * 1024) }),
    ),
    insecureAuthorizationServer: await withMetadata((response, resource) =>
      sendJson(response, 200, { resource, authorization_servers: [insecureIssuer] }),
    ),
    metadataRedirected: await withMetadata((response) =>
      response.writeHead(302, { location: `${elsewhere.origin}/metadata` }).end(),
    ),
    elsewhere: { origin: elsewhere.origin, requests },
    close: async () => {
      for (const server of running) await server.close();
    },
  };
}

/** Starts a server with an untrusted certificate. */
export async function startSelfSignedServer(): Promise<{
  readonly url: string;
  /** The times of connections, in milliseconds since the epoch. */
  readonly connections: readonly number[];
  close(): Promise<void>;
}> {
  const { privateKey, certificate } = await makeSigningKey('127.0.0.1');
  const server = createServer({ key: privateKey, cert: certificate });
  const connections: number[] = [];
  server.on('connection', () => connections.push(Date.now()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    connections,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
