import type { World } from '../../demo/world.js';
import { listenOnLoopback, sendJson, type LoopbackServer } from '../../demo/loopbackServer.js';
import { pathOf } from '../../demo/requestLog.js';

/** A server's response to a request to its endpoint, which leads to the status it is named for. */
type Manner = 'open' | 'asks' | 'wantsMore' | 'forbids' | 'redirects';

/** Servers that a check brings into each status, some of them after a sign-in. */
export class ServersInEachStatus {
  readonly #running: LoopbackServer[] = [];
  readonly #manners = new Map<string, Manner>();

  /** Starts the servers and returns the entries of the setting, by name. */
  async start(world: World): Promise<Readonly<Record<string, object>>> {
    const entries: [string, Manner][] = [
      ['calendar', 'asks'],
      ['contracts', 'asks'],
      ['design-files', 'asks'],
      ['inventory', 'forbids'],
      ['legacy', 'redirects'],
      ['mailbox', 'asks'],
      ['travel', 'asks'],
      ['weather', 'open'],
    ];
    const servers: Record<string, object> = {};
    for (const [name, manner] of entries) {
      this.#manners.set(name, manner);
      servers[name] = { type: 'http', url: await this.#listen(name, world) };
    }
    const gone = await listenOnLoopback(0, () => () => Promise.resolve());
    await gone.close();
    return { ...servers, payroll: { type: 'http', url: `${gone.origin}/mcp` } };
  }

  behave(name: string, manner: Manner): void {
    this.#manners.set(name, manner);
  }

  async close(): Promise<void> {
    for (const server of this.#running.splice(0)) await server.close();
  }

  async #listen(name: string, { authorizationServer }: World): Promise<string> {
    const server = await listenOnLoopback(0, (origin) => (request, response) => {
      const metadata = '/.well-known/oauth-protected-resource/mcp';
      if (pathOf(request) === metadata) {
        const scopes = { scopes_supported: ['files:read', 'files:write'] };
        // Only the user can choose between two authorization servers.
        const other = name === 'travel' ? ['https://login.example.com'] : [];
        const servers = { authorization_servers: [authorizationServer.issuer, ...other] };
        sendJson(response, 200, { resource: `${origin}/mcp`, ...servers, ...scopes });
        return Promise.resolve();
      }
      request.resume();
      const bearer = `Bearer resource_metadata="${origin}${metadata}", scope=`;
      switch (this.#manners.get(name)) {
        case 'open':
          sendJson(response, 200, { jsonrpc: '2.0', id: 0, result: {} });
          break;
        case 'wantsMore':
          response.writeHead(403, {
            'www-authenticate': `${bearer}"files:write", error="insufficient_scope"`,
          });
          break;
        case 'forbids':
          response.writeHead(403);
          break;
        case 'redirects':
          response.writeHead(302, { location: 'https://mcp.example.com/mcp' });
          break;
        default:
          response.writeHead(401, { 'www-authenticate': `${bearer}"files:read"` });
      }
      response.end();
      return Promise.resolve();
    });
    this.#running.push(server);
    const url = `${server.origin}/mcp`;
    authorizationServer.addResource({
      url,
      scopes: { 'files:read': 'read your files', 'files:write': 'change your files' },
    });
    return url;
  }
}
