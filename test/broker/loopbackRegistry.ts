import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * An entry as the official registry lists it (`ServerResponse` of its OpenAPI document), with the fields
 * that tests need.
 */
export interface ListedServer {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly version?: string;
  readonly status?: string;
  readonly remotes?: readonly unknown[];
}

export interface LoopbackRegistry {
  readonly url: string;
  /** Path and query of each request, oldest first. */
  readonly requests: readonly string[];
  /** Resolves when the sender of a held request has cancelled it. */
  readonly abandoned: Promise<void>;
  /** Sets the response to later requests. If `otherwise` is absent, it responds as a registry does. */
  respond(otherwise?: (response: ServerResponse) => void): void;
  close(): Promise<void>;
}

const officialMeta = 'io.modelcontextprotocol.registry/official';

/**
 * Starts a registry with the API of the official one: `/v0.1/servers` with `search`, `limit`, `cursor` and
 * `version`.
 */
export async function startRegistry(
  servers: readonly ListedServer[],
  apiVersion = 'v0.1',
): Promise<LoopbackRegistry> {
  const requests: string[] = [];
  const abandoned = Promise.withResolvers<void>();
  let otherwise: ((response: ServerResponse) => void) | undefined;
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://registry');
    response.on('close', () => {
      if (!response.writableEnded) abandoned.resolve();
    });
    if (otherwise !== undefined) otherwise(response);
    else if (pathname !== `/${apiVersion}/servers`) response.writeHead(404).end('{"title":"Not Found"}');
    else
      response.setHeader('content-type', 'application/json').end(JSON.stringify(list(servers, searchParams)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    abandoned: abandoned.promise,
    respond: (how) => (otherwise = how),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function list(servers: readonly ListedServer[], query: URLSearchParams) {
  const limit = Number(query.get('limit') ?? 30);
  const from = Number(query.get('cursor') ?? 0);
  const found = servers.filter(({ name }) => name.includes(query.get('search') ?? ''));
  const page = found.slice(from, from + limit);
  const isMore = found.length > from + limit;
  return {
    servers: page.map(({ status = 'active', version = '1.0.0', ...server }) => ({
      server: { ...server, version, description: server.description ?? 'A server' },
      _meta: { [officialMeta]: { status, isLatest: true, publishedAt: '2026-01-01T00:00:00Z' } },
    })),
    metadata: { count: page.length, ...(isMore && { nextCursor: String(from + limit) }) },
  };
}
