import assert from 'node:assert/strict';
import {
  authorizationServerMetadataUrls,
  fetchAuthorizationServer,
  usesDefaultEndpoints,
} from '../../src/oauth/authorizationServerMetadata.js';
import { flowError } from './flowErrors.js';
import { closeServers, http, scriptedServer, type ScriptedAnswer } from './scriptedServer.js';

const oauthPath = '/.well-known/oauth-authorization-server';
const openidPath = '/.well-known/openid-configuration';

function metadata(issuer: string, more: Record<string, unknown> = {}) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    ...more,
  };
}

/** An authorization server at the root whose RFC 8414 document is as given. */
function serverWith(document: (origin: string) => unknown, extra: ScriptedAnswer = {}) {
  return scriptedServer(({ path }, origin) =>
    path === oauthPath ? { ...extra, body: document(origin) } : undefined,
  );
}

describe('authorization server metadata', () => {
  afterEach(closeServers);

  it('is looked for in the order of the MCP specification and nowhere else', () => {
    const paths = (issuer: string) =>
      authorizationServerMetadataUrls(new URL(issuer)).map(({ pathname }) => pathname);
    assert.deepEqual(paths('https://as.example'), [oauthPath, openidPath]);
    for (const issuer of ['https://as.example/a/b', 'https://as.example/a/b/']) {
      assert.deepEqual(paths(issuer), [`${oauthPath}/a/b`, `${openidPath}/a/b`, `/a/b${openidPath}`]);
    }
  });

  it('is read', async () => {
    const server = await serverWith((origin) => metadata(origin, { scopes_supported: ['a'] }));
    const as = await fetchAuthorizationServer(server.origin, http);
    assert.equal(as.token_endpoint, `${server.origin}/token`);
    assert.deepEqual(as.scopes_supported, ['a']);
    assert.equal(usesDefaultEndpoints(as), false);
  });

  it('asks all candidates before any has answered, and prefers the first though it answers last', async () => {
    const issuer = 'https://as.example/t';
    const waiting = new Map<string, () => void>();
    const fetch = (url: string) =>
      new Promise<Response>((resolve) => {
        const body = metadata(issuer, { service_documentation: url });
        waiting.set(new URL(url).pathname, () => resolve(Response.json(body)));
      });
    const found = fetchAuthorizationServer(issuer, { fetch, reach: 'internet' });
    const paths = [`${oauthPath}/t`, `${openidPath}/t`, `/t${openidPath}`];
    assert.deepEqual([...waiting.keys()], paths);
    for (const path of paths.toReversed()) waiting.get(path)?.();
    assert.equal((await found).service_documentation, `https://as.example${oauthPath}/t`);
  });

  it('takes the last candidate when those before it fail', async () => {
    const server = await scriptedServer(({ path }, origin) => {
      if (path === `/t${openidPath}`) return { body: metadata(`${origin}/t`) };
      return path.startsWith(oauthPath) ? { body: '<html>' } : undefined;
    });
    assert.equal((await fetchAuthorizationServer(`${server.origin}/t`, http)).issuer, `${server.origin}/t`);
  });

  for (const [differs, named] of [
    ['another host', () => 'https://other.example'],
    ['only a slash at the end', (origin: string) => `${origin}/`],
    ['only the case of a letter', (origin: string) => origin.replace('http', 'HTTP')],
  ] as const) {
    it(`refuses an issuer that differs by ${differs}, naming both`, async () => {
      const server = await serverWith((origin) => metadata(origin, { issuer: named(origin) }));
      const error = await flowError('issuerMismatch', () => fetchAuthorizationServer(server.origin, http));
      assert.ok(error.message.includes(`"${named(server.origin)}"`), error.message);
      assert.ok(error.message.includes(`"${server.origin}"`), error.message);
    });
  }

  it('names the issuer and what was asked when there is none', async () => {
    const server = await scriptedServer(() => undefined);
    const error = await flowError('noAuthorizationServer', () =>
      fetchAuthorizationServer(server.origin, http),
    );
    assert.equal(
      error.message,
      `The authorization server ${server.origin} publishes no metadata at ${oauthPath} (404), ${openidPath} (404).`,
    );
  });

  it('assumes the default endpoints of a server without metadata, on request only, and flags them', async () => {
    const server = await scriptedServer(() => undefined);
    const as = await fetchAuthorizationServer(server.origin, http, { fallback: true });
    assert.equal(as.authorization_endpoint, `${server.origin}/authorize`);
    assert.equal(as.token_endpoint, `${server.origin}/token`);
    assert.equal(as.registration_endpoint, `${server.origin}/register`);
    assert.equal(usesDefaultEndpoints(as), true);
  });

  it('assumes nothing of a server that fails', async () => {
    const server = await scriptedServer(() => ({ status: 500 }));
    await flowError('unexpectedStatus', () =>
      fetchAuthorizationServer(server.origin, http, { fallback: true }),
    );
  });

  it('lets no server claim the default endpoints for itself', async () => {
    const server = await serverWith((origin) => metadata(origin, { mcp_default_endpoints: true }));
    assert.equal(usesDefaultEndpoints(await fetchAuthorizationServer(server.origin, http)), false);
  });

  it('lets a guessed issuer call itself with the slash at the end', async () => {
    const server = await serverWith((origin) => metadata(origin, { issuer: `${origin}/` }));
    const as = await fetchAuthorizationServer(server.origin, http, { fallback: true });
    assert.equal(as.issuer, `${server.origin}/`);
  });

  for (const [problem, code, field, value] of [
    ['without an authorization endpoint', 'invalidMetadata', 'authorization_endpoint', undefined],
    ['without a token endpoint', 'invalidMetadata', 'token_endpoint', undefined],
    [
      'with a token endpoint without end',
      'invalidMetadata',
      'token_endpoint',
      `https://a/${'x'.repeat(2048)}`,
    ],
    ['with a relative token endpoint', 'invalidMetadata', 'token_endpoint', '/token'],
    ['with a script for an endpoint', 'insecureAddress', 'authorization_endpoint', 'javascript:alert(1)'],
    [
      'with an endpoint for pushed requests off https',
      'insecureAddress',
      'pushed_authorization_request_endpoint',
      'http://as.example/par',
    ],
    ['with DPoP algorithms in text', 'invalidMetadata', 'dpop_signing_alg_values_supported', 'ES256'],
    ['with a token endpoint off https', 'insecureAddress', 'token_endpoint', 'http://as.example/token'],
    [
      'with a registration endpoint off https',
      'insecureAddress',
      'registration_endpoint',
      'http://as.example/r',
    ],
    ['with a revocation endpoint off https', 'insecureAddress', 'revocation_endpoint', 'http://as.example/r'],
    ['that cannot give a code', 'invalidMetadata', 'response_types_supported', ['token']],
    ['with scopes that are no list', 'invalidMetadata', 'scopes_supported', 'a b'],
    ['with an issuer that is no string', 'invalidMetadata', 'issuer', 7],
  ] as const) {
    it(`refuses a server ${problem}, naming the field`, async () => {
      const server = await serverWith((origin) => metadata(origin, { [field]: value }));
      const error = await flowError(code, () => fetchAuthorizationServer(server.origin, http));
      assert.equal(error.details.field, field);
    });
  }

  it('refuses 2 MB, HTML, broken JSON and a redirect to another origin, each by name', async () => {
    const other = await serverWith((origin) => metadata(origin));
    for (const [code, answer] of [
      ['tooLarge', { body: { filler: 'x'.repeat(2_000_000) } }],
      ['notJson', { body: '<html>', headers: { 'content-type': 'text/html' } }],
      ['notJson', { body: '{"issuer":', headers: { 'content-type': 'application/json' } }],
      ['redirected', { status: 301, headers: { location: other.origin + oauthPath } }],
    ] as const) {
      const server = await scriptedServer(({ path }) => (path === oauthPath ? answer : undefined));
      const error = await flowError(code, () => fetchAuthorizationServer(server.origin, http));
      assert.ok(error.message.includes(server.origin), error.message);
    }
    assert.equal(other.requests.length, 0);
  });

  it('asks nothing of an http issuer off loopback, or of one that is no URL', async () => {
    const fetch = () => assert.fail('asked');
    await flowError('insecureAddress', () =>
      fetchAuthorizationServer('http://as.example', { fetch, reach: 'internet' }),
    );
    await flowError('invalidMetadata', () => fetchAuthorizationServer('as', { fetch, reach: 'internet' }));
  });

  it('names the host that cannot be reached', async () => {
    const server = await scriptedServer(() => undefined);
    await server.close();
    const error = await flowError('unreachable', () => fetchAuthorizationServer(server.origin, http));
    assert.ok(error.message.includes(new URL(server.origin).host));
  });

  it("rethrows the reason of the caller's cancel", async () => {
    const server = await scriptedServer(() => ({ hang: true }));
    const cancel = new AbortController();
    const reason = new Error('cancelled');
    const waiting = assert.rejects(
      fetchAuthorizationServer(server.origin, { ...http, signal: cancel.signal }),
      (error) => error === reason,
    );
    cancel.abort(reason);
    await waiting;
  });
});
