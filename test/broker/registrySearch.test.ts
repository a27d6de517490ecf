import assert from 'node:assert/strict';
import { parseRegistryAddress } from '../../src/broker/registry/registryAddress.js';
import { searchRegistry } from '../../src/broker/registry/registrySearch.js';
import { startRegistry, type ListedServer, type LoopbackRegistry } from './loopbackRegistry.js';
import { ManualClock } from './manualClock.js';

const http = (url: string) => [{ type: 'streamable-http', url }];
const never = new AbortController().signal;

describe('a search of an MCP registry', () => {
  const running: LoopbackRegistry[] = [];
  const clock = new ManualClock();
  afterEach(async () => {
    for (const registry of running.splice(0)) await registry.close();
  });

  async function registryOf(servers: readonly ListedServer[], apiVersion?: string) {
    const registry = await startRegistry(servers, apiVersion);
    running.push(registry);
    const search = (text: string, signal = never) =>
      searchRegistry(registry.url, text, { http: { fetch: (url, init) => fetch(url, init) }, clock }, signal);
    return { registry, search };
  }

  it('finds the servers that have an address, in their latest version, with their transport', async () => {
    const { registry, search } = await registryOf([
      { name: 'io.github.acme/notes', title: 'Notes', description: 'Keeps notes.', remotes: http('https://notes.example/mcp') },
      { name: 'io.github.acme/notes-local' },
      { name: 'com.example/notes', remotes: [{ type: 'sse', url: 'https://old.example/sse' }] },
      { name: 'com.example/other', remotes: http('https://other.example/mcp') },
    ]); // prettier-ignore
    const { servers, isMore } = await search('notes');
    assert.deepEqual(servers, [
      {
        name: 'io.github.acme/notes',
        title: 'Notes',
        description: 'Keeps notes.',
        isDeprecated: false,
        remote: { kind: 'usable', url: 'https://notes.example/mcp' },
      },
      {
        name: 'com.example/notes',
        description: 'A server',
        isDeprecated: false,
        remote: { kind: 'usable', url: 'https://old.example/sse', type: 'sse' },
      },
    ]);
    assert.equal(isMore, false);
    assert.deepEqual(registry.requests, ['/v0.1/servers?search=notes&version=latest&limit=50']);
  });

  it('prefers Streamable HTTP if a server has both transports', async () => {
    const remotes = [{ type: 'sse', url: 'https://a.example/sse' }, ...http('https://a.example/mcp')];
    const { search } = await registryOf([{ name: 'a/a', remotes }]);
    const { servers } = await search('a');
    assert.deepEqual(servers[0]?.remote, { kind: 'usable', url: 'https://a.example/mcp' });
  });

  it('reads further pages until it has enough results, and at most four pages', async () => {
    const local = Array.from({ length: 60 }, (_, at) => ({ name: `a/local-${at}` }));
    const remote = Array.from({ length: 30 }, (_, at) => ({ name: `a/remote-${at}`, remotes: http(`https://r${at}.example/`) })); // prettier-ignore
    const { registry, search } = await registryOf([...local, ...remote]);
    const { servers, isMore } = await search('a/');
    assert.deepEqual([servers.length, isMore], [20, true]);
    assert.equal(registry.requests.length, 2);
    assert.match(registry.requests[1] ?? '', /cursor=50$/);

    const endless = await registryOf(Array.from({ length: 400 }, (_, at) => ({ name: `a/local-${at}` })));
    assert.deepEqual(await endless.search('a/'), { servers: [], isMore: true });
    assert.equal(endless.registry.requests.length, 4);
  });

  it('uses the path that an older registry supports', async () => {
    const { registry, search } = await registryOf(
      [{ name: 'a/a', remotes: http('https://a.example/') }],
      'v0',
    );
    assert.equal((await search('a')).servers.length, 1);
    assert.deepEqual(registry.requests.map((url) => url.split('?')[0]), ['/v0.1/servers', '/v0/servers']); // prettier-ignore
  });

  const unsupported: readonly { readonly what: string; readonly remote: object; readonly says: RegExp }[] = [
    {
      what: 'values in its address',
      remote: {
        type: 'streamable-http',
        url: 'https://{tenant}.example.com/mcp',
        variables: { tenant: { isRequired: true } },
      },
      says: /placeholders: tenant/,
    },
    {
      what: 'a header',
      remote: {
        type: 'streamable-http',
        url: 'https://a.example/mcp',
        headers: [{ name: 'X-API-Key', isRequired: true, isSecret: true }],
      },
      says: /requires the header X-API-Key/,
    },
    {
      what: 'an address that is not https',
      remote: { type: 'streamable-http', url: 'http://a.example/mcp' },
      says: /Use https/,
    },
  ];
  for (const { what, remote, says } of unsupported) {
    it(`marks a server as unsupported if it needs ${what}`, async () => {
      const { search } = await registryOf([{ name: 'a/a', remotes: [remote] }]);
      const [server] = (await search('a')).servers;
      assert.ok(server?.remote.kind === 'unsupported');
      assert.match(server.remote.reason, says);
    });
  }

  it('omits loopback addresses in a registry on the internet', async () => {
    const remotes = http('http://127.0.0.1:8080/mcp');
    const page = { servers: [{ server: { name: 'a/a', remotes }, _meta: {} }], metadata: {} };
    const fetched = () => Promise.resolve(Response.json(page));
    const found = await searchRegistry('https://registry.example', 'a', { http: { fetch: fetched }, clock }, never); // prettier-ignore
    assert.ok(found.servers[0]?.remote.kind === 'unsupported');
    assert.match(found.servers[0].remote.reason, /on this machine or in a private network/);
  });

  it('omits unreadable entries, deleted servers and duplicates, and cleans up texts', async () => {
    const remotes = http('https://a.example/mcp');
    const { registry, search } = await registryOf([]);
    const servers = [
      null,
      7,
      { server: { name: 5, remotes } },
      { server: { name: 'a\u202Eb', remotes } },
      { server: { name: 'a/odd', remotes: [null, { type: 'stdio' }, { type: 'sse', url: 4 }] } },
      { server: { name: 'a/deleted', remotes }, _meta: { 'io.modelcontextprotocol.registry/official': { status: 'deleted' } } },
      { server: { name: 'a/kept', title: 'K\u202Ee\npt', description: 'x'.repeat(5_000), remotes } },
      { server: { name: 'a/kept', title: 'Kept again', remotes } },
    ]; // prettier-ignore
    registry.respond((response) => response.end(JSON.stringify({ servers, metadata: { nextCursor: 9 } })));
    const found = await search('a');
    assert.deepEqual(
      found.servers.map(({ name, title }) => [name, title]),
      [['a/kept', 'K e pt']],
    );
    assert.ok((found.servers[0]?.description?.length ?? 0) < 250);
    assert.equal(found.isMore, false);
  });

  const faults: readonly {
    readonly what: string;
    readonly body: string;
    readonly status?: number;
    readonly says: RegExp;
  }[] = [
    { what: 'a web page', body: '<p>Hello</p>', says: /does not respond as an MCP registry/ },
    { what: 'JSON of another kind', body: '{"servers":{}}', says: /does not respond as an MCP registry/ },
    { what: 'too many requests', body: '', status: 429, says: /rate limiting requests/ },
    { what: 'a server error', body: '', status: 503, says: /status 503/ },
    { what: 'more than 1 MiB', body: `"${'x'.repeat(2 ** 20)}"`, says: /larger than the limit/ },
  ];
  for (const { what, body, status = 200, says } of faults) {
    it(`fails with a sentence if the registry responds with ${what}`, async () => {
      const { registry, search } = await registryOf([]);
      registry.respond((response) => response.writeHead(status).end(body));
      await assert.rejects(search('a'), says);
    });
  }

  it('ends on a timeout or a cancellation, and aborts the request', async () => {
    const { registry, search } = await registryOf([]);
    const arrived = Promise.withResolvers<void>();
    registry.respond(() => arrived.resolve());
    const late = search('a');
    await arrived.promise;
    clock.advance(10_000);
    await assert.rejects(late, /took longer than 10 seconds/);
    await registry.abandoned;

    const cancel = new AbortController();
    const cancelled = search('a', cancel.signal);
    const reason = new Error('typed on');
    cancel.abort(reason);
    await assert.rejects(cancelled, (error) => error === reason);
  });

  it('follows no redirect to another origin', async () => {
    const { registry, search } = await registryOf([]);
    registry.respond((response) => response.writeHead(302, { location: 'https://elsewhere.example/' }).end());
    await assert.rejects(search('a'), /redirects to https:\/\/elsewhere\.example/);
  });
});

describe('the setting that names a registry', () => {
  it('is an address without a query or fragment', () => {
    assert.deepEqual(parseRegistryAddress(undefined), { kind: 'unset' });
    assert.deepEqual(parseRegistryAddress(''), { kind: 'unset' });
    assert.deepEqual(parseRegistryAddress('https://r.example/base/'), { kind: 'set', url: 'https://r.example/base' }); // prettier-ignore
    assert.equal(parseRegistryAddress('http://localhost:8080').kind, 'set');
    for (const value of [
      7,
      'r.example',
      'http://r.example',
      'https://a:b@r.example',
      'https://r.example/?a=b',
    ]) {
      const read = parseRegistryAddress(value);
      assert.ok(read.kind === 'unusable' && read.problem.startsWith('mcpOAuthBroker.registry must'));
    }
  });
});
