import assert from 'node:assert/strict';
import {
  fetchProtectedResource,
  protectedResourceMetadataUrls,
} from '../../src/oauth/protectedResourceMetadata.js';
import { flowError } from './flowErrors.js';
import { closeServers, http, scriptedServer, type ScriptedAnswer } from './scriptedServer.js';

const atPath = '/.well-known/oauth-protected-resource/mcp';
const atRoot = '/.well-known/oauth-protected-resource';
const issuer = 'https://as.example';

/** A server at `/mcp` whose metadata, at its path, is as given. */
async function serverWith(document: (origin: string) => unknown, extra: ScriptedAnswer = {}) {
  const server = await scriptedServer(({ path }, origin) =>
    path === atPath ? { ...extra, body: document(origin) } : undefined,
  );
  return { ...server, url: new URL('/mcp', server.origin) };
}

describe('protected resource metadata', () => {
  afterEach(closeServers);

  it('is looked for at the address of the challenge alone, else below the path, then at the root', () => {
    const server = new URL('https://a.example/x/mcp');
    const hrefs = (urls: URL[]) => urls.map(({ href }) => href);
    const resourceMetadata = new URL('https://b.example/meta');
    assert.deepEqual(hrefs(protectedResourceMetadataUrls(server, { resourceMetadata })), [
      resourceMetadata.href,
    ]);
    assert.deepEqual(hrefs(protectedResourceMetadataUrls(server, {})), [
      'https://a.example/.well-known/oauth-protected-resource/x/mcp',
      'https://a.example/.well-known/oauth-protected-resource',
    ]);
    assert.equal(protectedResourceMetadataUrls(new URL('https://a.example')).length, 1);
  });

  it('is read with scopes and name', async () => {
    const server = await serverWith((origin) => ({
      resource: `${origin}/mcp`,
      authorization_servers: [issuer],
      scopes_supported: ['a', 'b'],
      resource_name: 'Repositories',
    }));
    assert.deepEqual(await fetchProtectedResource(server.url, undefined, http), {
      resource: server.url.href,
      authorizationServers: [issuer],
      scopesSupported: ['a', 'b'],
      resourceName: 'Repositories',
      metadataUrl: server.origin + atPath,
      warnings: [],
    });
  });

  it('reports whether and how tokens must be bound to a key', async () => {
    for (const [more, required, algorithms] of [
      [{ dpop_bound_access_tokens_required: true }, true, undefined],
      [{ dpop_bound_access_tokens_required: false }, undefined, undefined],
      [{ dpop_bound_access_tokens_required: 'true' }, undefined, undefined],
      [{ dpop_signing_alg_values_supported: ['ES256'] }, undefined, ['ES256']],
      [{ dpop_signing_alg_values_supported: 'ES256' }, undefined, undefined],
    ] as const) {
      const server = await serverWith((origin) => ({
        resource: `${origin}/mcp`,
        authorization_servers: [issuer],
        ...more,
      }));
      const found = await fetchProtectedResource(server.url, undefined, http);
      assert.deepEqual([found.dpopRequired, found.dpopAlgorithms], [required, algorithms]);
    }
  });

  it('drops invalid scopes, and limits their number to what a user can read', async () => {
    const forged = ['a\nAuthorization server: bank.example', 'b\u202ec', 'd e', 'f"', '', 'g'.repeat(201)];
    const many = Array.from({ length: 150 }, (_, index) => `scope:${index}`);
    const server = await serverWith((origin) => ({
      resource: `${origin}/mcp`,
      authorization_servers: [issuer],
      scopes_supported: [...forged, ...many],
    }));
    const found = await fetchProtectedResource(server.url, undefined, http);
    assert.deepEqual(found.scopesSupported, many.slice(0, 100));
    assert.match(found.warnings.join(), /^56 entries of the server's "scopes_supported" are invalid/);
  });

  it('falls back to the root when there is none at the path', async () => {
    const server = await scriptedServer(({ path }, origin) =>
      path === atRoot ? { body: { resource: `${origin}/`, authorization_servers: [issuer] } } : undefined,
    );
    const found = await fetchProtectedResource(new URL('/mcp', server.origin), undefined, http);
    assert.equal(found.resource, `${server.origin}/`);
    assert.equal(found.metadataUrl, server.origin + atRoot);
  });

  it('falls back to the origin as authorization server, with a note, if there is no metadata', async () => {
    const server = await scriptedServer(() => undefined);
    const found = await fetchProtectedResource(new URL('/mcp#part', server.origin), undefined, http);
    assert.equal(found.resource, `${server.origin}/mcp`);
    assert.deepEqual(found.authorizationServers, [server.origin]);
    assert.equal(found.metadataUrl, undefined);
    assert.equal(found.warnings.length, 1);
    assert.deepEqual(
      server.requests.map(({ path }) => path),
      [atPath, atRoot],
    );
  });

  it('asks nowhere else when the address of the challenge does not answer 200', async () => {
    const server = await scriptedServer(() => undefined);
    const resourceMetadata = new URL('/named', server.origin);
    const error = await flowError('unexpectedStatus', () =>
      fetchProtectedResource(new URL('/mcp', server.origin), { resourceMetadata }, http),
    );
    assert.equal(error.details.status, 404);
    assert.deepEqual(
      server.requests.map(({ path }) => path),
      ['/named'],
    );
  });

  it('refuses an address of the challenge that is http off loopback', async () => {
    const resourceMetadata = new URL('http://a.example/named');
    await flowError('insecureAddress', () =>
      fetchProtectedResource(new URL('https://a.example/mcp'), { resourceMetadata }, http),
    );
  });

  it('does not treat a failing server as one without metadata', async () => {
    const server = await scriptedServer(() => ({ status: 503, body: 'later' }));
    const error = await flowError('unexpectedStatus', () =>
      fetchProtectedResource(new URL('/mcp', server.origin), undefined, http),
    );
    assert.equal(error.details.status, 503);
  });

  for (const [speaks, resource] of [
    ['the server itself', '/mcp/v1'],
    ['the server with a slash at the end', '/mcp/v1/'],
    ['a path above', '/mcp'],
    ['the whole origin', ''],
  ] as const) {
    it(`accepts a document that speaks for ${speaks}`, async () => {
      const server = await scriptedServer((_, origin) => ({
        body: { resource: origin + resource, authorization_servers: [issuer] },
      }));
      const found = await fetchProtectedResource(new URL('/mcp/v1', server.origin), undefined, http);
      assert.equal(found.resource, server.origin + resource);
    });
  }

  for (const [speaks, resource] of [
    ['another host', () => 'https://other.example/mcp'],
    ['another path', (origin: string) => `${origin}/other`],
    ['a path that only begins alike', (origin: string) => `${origin}/mc`],
    ['a path below', (origin: string) => `${origin}/mcp/below`],
    ['an address with a fragment', (origin: string) => `${origin}/mcp#x`],
    ['an address with a user', (origin: string) => `${origin.replace('//', '//user@')}/mcp`],
    ['no address', () => 'mcp'],
  ] as const) {
    it(`refuses a document that speaks for ${speaks}, naming both`, async () => {
      const server = await serverWith((origin) => ({
        resource: resource(origin),
        authorization_servers: [issuer],
      }));
      const error = await flowError('resourceMismatch', () =>
        fetchProtectedResource(server.url, undefined, http),
      );
      assert.ok(error.message.includes(server.url.href), error.message);
    });
  }

  it("reads the article's literal document from the server's own origin, with a warning for each field", async () => {
    const server = await serverWith(() => ({
      authorization_server: issuer,
      scopes: ['read:report', 'tools:generate_summary'],
      token_types: ['Bearer'],
    }));
    const found = await fetchProtectedResource(server.url, undefined, http);
    assert.equal(found.resource, server.url.href);
    assert.deepEqual(found.authorizationServers, [issuer]);
    assert.deepEqual(found.scopesSupported, ['read:report', 'tools:generate_summary']);
    assert.deepEqual(
      ['resource', 'authorization_server', 'scopes', 'token_types'].filter((field) =>
        found.warnings.some((warning) => warning.includes(`"${field}"`)),
      ),
      ['resource', 'authorization_server', 'scopes', 'token_types'],
    );
  });

  it('refuses the same document from another origin', async () => {
    const other = await scriptedServer(() => ({ body: { authorization_server: issuer } }));
    const challenge = { resourceMetadata: new URL('/named', other.origin) };
    const error = await flowError('invalidMetadata', () =>
      fetchProtectedResource(new URL('http://127.0.0.1:1/mcp'), challenge, http),
    );
    assert.equal(error.details.field, 'resource');
  });

  for (const [problem, code, servers] of [
    ['nothing', 'noAuthorizationServer', undefined],
    ['an empty list', 'noAuthorizationServer', []],
    ['no list', 'invalidMetadata', issuer],
    ['a list of other things', 'invalidMetadata', [1]],
    ['no URL', 'invalidMetadata', ['as.example']],
    ['a URL with a query', 'invalidMetadata', [`${issuer}?a=b`]],
    ['a URL with a fragment', 'invalidMetadata', [`${issuer}#`]],
    ['http off loopback', 'insecureAddress', ['http://as.example']],
  ] as const) {
    it(`refuses authorization_servers with ${problem}, naming the field`, async () => {
      const server = await serverWith((origin) => ({
        resource: `${origin}/mcp`,
        authorization_servers: servers,
      }));
      const error = await flowError(code, () => fetchProtectedResource(server.url, undefined, http));
      assert.equal(error.details.field, 'authorization_servers');
    });
  }

  it('names the address and content type of a document that is HTML', async () => {
    const server = await serverWith(() => '<!doctype html>', {
      headers: { 'content-type': 'text/html; charset=utf-8' },
    });
    const error = await flowError('notJson', () => fetchProtectedResource(server.url, undefined, http));
    assert.ok(
      error.message.includes(server.origin + atPath) && error.message.includes('text/html'),
      error.message,
    );
  });

  it('refuses JSON that is no object, and text that is no JSON', async () => {
    for (const body of [[1], '{"resource":', 'null']) {
      const server = await serverWith(() => body, { headers: { 'content-type': 'application/json' } });
      await flowError('notJson', () => fetchProtectedResource(server.url, undefined, http));
    }
  });

  it('refuses 2 MB of metadata', async () => {
    const server = await serverWith(() => ({ filler: 'x'.repeat(2_000_000) }));
    await flowError('tooLarge', () => fetchProtectedResource(server.url, undefined, http));
  });

  it('refuses a redirect to another origin', async () => {
    const other = await serverWith((origin) => ({ resource: origin, authorization_servers: [issuer] }));
    const server = await scriptedServer(({ path }) => ({
      status: 302,
      headers: { location: other.origin + path },
    }));
    await flowError('redirected', () =>
      fetchProtectedResource(new URL('/mcp', server.origin), undefined, http),
    );
    assert.equal(other.requests.length, 0);
  });
});
