import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AddLink } from '../../src/broker/links/addLink.js';
import { AddServer } from '../../src/editor/commands/addServer.js';
import { suggestedName } from '../../src/editor/commands/serverName.js';
import { systemClock } from '../../src/node/machine.js';
import { startWorld, type World } from '../demo/world.js';
import { activeExtension, configure, serverNamed, type ActiveExtension } from './activeExtension.js';
import { startSseServer } from '../relay/sseServer.js';
import { DialogueAnswers } from './dialogueAnswers.js';

describe('Add Server', () => {
  let extension: ActiveExtension;
  let world: World;
  const running: Server[] = [];

  before(async () => {
    extension = await activeExtension();
    world = await startWorld();
  });
  afterEach(() => configure(extension, undefined));
  after(async () => {
    for (const server of running) {
      server.closeAllConnections();
      server.close();
    }
    await world.close();
  });

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    running.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const add = (...answers: (string | undefined)[]) => act((dialogue) => dialogue.run(), answers);
  const propose = (link: AddLink, ...answers: (string | undefined)[]) =>
    act((dialogue) => dialogue.propose(link), answers);

  async function act(what: (dialogue: AddServer) => Promise<void>, answers: (string | undefined)[]) {
    const dialogue = new DialogueAnswers(...answers);
    const signedIn: string[] = [];
    const signIn = (server: { name: string }) => {
      signedIn.push(server.name);
      return Promise.resolve({ kind: 'cancelled' } as const);
    };
    const http = { fetch: (url: string, init: RequestInit) => fetch(url, init) };
    const { settings, states } = extension;
    const registry = {
      address: { kind: 'unset' },
      use: () => Promise.resolve(),
      onDidChange: () => ({ dispose: () => undefined }),
    } as const;
    const dialog = new AddServer({
      ...{ settings, states, registry, window: dialogue.window },
      personalSignIn: { signIn },
      finding: { http, clock: systemClock },
    });
    await what(dialog);
    return { shown: dialogue.shown.join('\n'), signedIn, names: extension.settings.names };
  }

  it('shows what was found before it saves anything, then saves it and offers to sign in', async () => {
    const { shown, names, signedIn } = await add(world.reports.url, 'Add this server', 'reports', 'Sign In');
    for (const found of [
      `| ${world.reports.url}`,
      world.authorizationServer.issuer,
      'tools:generate_summary',
      'registered at the first sign-in',
    ]) {
      assert.ok(shown.includes(found), `${found} is not in:\n${shown}`);
    }
    assert.deepEqual(names, ['reports']);
    assert.deepEqual(signedIn, ['reports']);
    const { status } = await extension.states.statusOf(serverNamed(extension, 'reports'));
    assert.equal(status, 'signedOut');
    assert.ok(!world.authorizationServer.events.some(({ kind }) => kind === 'registration'));
  });

  it('saves nothing if the user goes back or closes it', async () => {
    assert.deepEqual((await add(undefined)).names, []);
    assert.deepEqual((await add(world.reports.url, undefined)).names, []);
    assert.deepEqual((await add(world.reports.url, 'Change the address', undefined)).names, []);
    assert.deepEqual((await add(world.reports.url, 'Add this server', undefined)).names, []);
  });

  it('uses the name and the transport of a link', async () => {
    const sse = await startSseServer(world.authorizationServer);
    try {
      const link = { url: sse.url, name: 'From a link', type: 'sse' } as const;
      const { names } = await propose(link, 'Add this server', '', undefined);
      assert.deepEqual(names, ['From a link']);
      assert.equal(serverNamed(extension, 'From a link').type, 'sse');
      await configure(extension, undefined);
      const changed = await propose({ url: world.reports.url }, 'Change the address', undefined);
      assert.deepEqual(changed.names, []);
    } finally {
      await sse.close();
    }
  });

  it('rejects a malformed or already configured address while it is typed', async () => {
    assert.match((await add('https://')).shown, /not a URL/);
    assert.match((await add('http://mcp.example.com/mcp')).shown, /to mcp\.example\.com unencrypted/);
    await configure(extension, world.serverSettings());
    assert.match((await add(world.reports.url)).shown, /already configured as “reports”/);
  });

  it('finds a server that supports only HTTP+SSE, and saves that transport', async () => {
    const sse = await startSseServer(world.authorizationServer);
    try {
      const { shown, names } = await add(sse.url, 'Add this server', 'notes', undefined);
      assert.match(shown, /notes:read/);
      assert.deepEqual(names, ['notes']);
      assert.equal(serverNamed(extension, 'notes').type, 'sse');
    } finally {
      await sse.close();
    }
  });

  const unauthorized: RequestListener = (_request, response) => {
    response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end();
  };
  const metadata =
    (answer: RequestListener): RequestListener =>
    (request, response) =>
      (request.url?.includes('/.well-known/oauth-protected-resource') ? answer : unauthorized)(
        request,
        response,
      );
  const bad: { readonly name: string; readonly server: RequestListener; readonly said: RegExp }[] = [
    {
      name: 'HTML',
      server: (_request, response) => response.setHeader('content-type', 'text/html').end('<p>Hello</p>'),
      said: /is not an MCP server: it returned text\/html/,
    },
    {
      name: 'metadata that is not JSON',
      server: metadata((_request, response) => response.end('{')),
      said: /oauth-protected-resource.* instead of JSON/,
    },
    {
      name: '2 MB of metadata',
      server: metadata((_request, response) => response.end(JSON.stringify({ resource: 'x'.repeat(2e6) }))),
      said: /oauth-protected-resource.* larger than the limit/,
    },
    {
      name: 'an http: authorization server off loopback',
      server: metadata((request, response) => {
        const resource = `http://${request.headers.host ?? ''}/mcp`;
        response.end(JSON.stringify({ resource, authorization_servers: ['http://as.example.com'] }));
      }),
      said: /as\.example\.com/,
    },
    {
      name: 'metadata that redirects to another origin',
      server: metadata((_request, response) =>
        response.writeHead(302, { location: 'https://elsewhere.example/metadata' }).end(),
      ),
      said: /elsewhere\.example/,
    },
  ];
  for (const { name, server, said } of bad) {
    it(`describes the fault in a sentence for ${name}, and saves nothing`, async () => {
      const address = `${await serve(server)}/mcp`;
      const { shown, names } = await add(address, undefined);
      assert.match(shown, said);
      assert.ok(shown.split('\n').length === 1, shown);
      assert.deepEqual(names, []);
    });
  }

  it('lets the user correct an unreachable address, or add it anyway', async () => {
    const closed = 'http://127.0.0.1:1/mcp';
    const mended = await add(closed, 'Change Address', world.reports.url, undefined);
    assert.match(mended.shown, /127\.0\.0\.1:1/);
    assert.match(mended.shown, /Add this server/);
    assert.deepEqual((await add(closed, 'Add Anyway', '', undefined)).names, ['127.0.0.1:1']);
  });

  it("suggests the server's own name, or its host name if there is none", () => {
    assert.equal(suggestedName('https://mcp.linear.app/mcp', undefined), 'linear');
    assert.equal(suggestedName('https://www.example.com/', undefined), 'example');
    assert.equal(suggestedName('http://127.0.0.1:8080/mcp', undefined), '127.0.0.1:8080');
  });
});
