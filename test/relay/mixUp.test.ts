import assert from 'node:assert/strict';
import type { Fetch } from '../../src/oauth/httpContext.js';
import { closeServers, scriptedServer, type ScriptedServer } from '../oauth/scriptedServer.js';
import { startRelayWorld, type RelayWorld } from './relayWorld.js';

/**
 * The mix-up attack (RFC 9700 §4.4): an authorization server that is trusted by one MCP server alone sends the
 * browser on to another, with the client id the broker has there, to be given that one's code.
 */
describe('authorization servers whose responses carry no iss', () => {
  let stage: RelayWorld;
  let attacker: ScriptedServer;
  beforeEach(async () => {
    attacker = await scriptedServer(({ path }, origin) => {
      if (path === '/mcp') return { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } };
      if (path.startsWith('/.well-known/oauth-protected-resource')) {
        return { body: { resource: `${origin}/mcp`, authorization_servers: [origin] } };
      }
      if (path === '/.well-known/oauth-authorization-server') {
        return {
          body: {
            issuer: origin,
            authorization_endpoint: `${origin}/authorize`,
            token_endpoint: `${origin}/token`,
            registration_endpoint: `${origin}/register`,
            code_challenge_methods_supported: ['S256'],
          },
        };
      }
      if (path === '/register') return { status: 201, body: { client_id: 'at-the-attacker' } };
      return { status: 404 };
    });
    stage = await startRelayWorld({
      fetch: withoutIss,
      servers: { attacker: `${attacker.origin}/mcp` },
    });
  });
  afterEach(async () => {
    await stage.close();
    await closeServers();
  });

  /** The honest authorization server is one that does not advertise `iss` either. */
  const withoutIss: Fetch = async (url, init) => {
    const response = await fetch(url, init);
    if (!url.includes('/.well-known/oauth-authorization-server')) return response;
    const metadata = (await response.json()) as Record<string, unknown>;
    delete metadata['authorization_response_iss_parameter_supported'];
    return Response.json(metadata, { status: response.status });
  };
  /** Returns the attempt and the address to which a sign-in sends the browser. */
  const authorizationOf = async (name: string) => {
    const attempt = stage.broker.signIns.begin(stage.server(name), { deadline: 60_000 });
    const visit = await fetch((await attempt.launchPage()).address, { redirect: 'manual' });
    return { attempt, url: new URL(visit.headers.get('location') ?? '') };
  };
  const redirectOf = (url: URL) => new URL(url.searchParams.get('redirect_uri') ?? '');

  it('each get a redirect path of their own, and sign-ins still work', async () => {
    const honest = await authorizationOf('repositories');
    const other = await authorizationOf('attacker');
    assert.match(redirectOf(honest.url).pathname, /^\/callback\/[0-9a-f]{16}$/);
    assert.match(redirectOf(other.url).pathname, /^\/callback\/[0-9a-f]{16}$/);
    assert.notEqual(redirectOf(honest.url).pathname, redirectOf(other.url).pathname);
    await stage.consent(honest.url.href);
    assert.equal((await honest.attempt.outcome).kind, 'signedIn');
  });

  it('receive no code that another one issued', async () => {
    const honest = await authorizationOf('repositories');
    const mixedUp = await authorizationOf('attacker');
    for (const name of ['state', 'code_challenge']) {
      honest.url.searchParams.set(name, mixedUp.url.searchParams.get(name) ?? '');
    }
    const callback = await stage.signInPages(honest.url.href);
    // `iss` would reveal the mix-up; an honest server of this kind sends none.
    callback.searchParams.delete('iss');
    assert.ok(callback.searchParams.has('code'));
    assert.equal(callback.searchParams.get('state'), mixedUp.url.searchParams.get('state'));

    const answer = await fetch(callback);

    assert.equal(answer.status, 404);
    assert.equal(mixedUp.attempt.phase, 'waitingForConsent');
    assert.ok(!attacker.requests.some(({ path }) => path === '/token'));
  });
});
