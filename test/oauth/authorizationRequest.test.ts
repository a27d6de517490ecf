import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { buildAuthorizationRequest } from '../../src/oauth/authorizationRequest.js';
import {
  fetchAuthorizationServer,
  type AuthorizationServer,
} from '../../src/oauth/authorizationServerMetadata.js';
import { flowError } from './flowErrors.js';
import { authorizationServer, publicClient as client, redirectUri, resource } from './signIn.js';

const base = { as: authorizationServer(), client, redirectUri, resource, scopes: ['a', 'b'] };

describe('authorization request', () => {
  it('asks for a code with PKCE, state, scopes and the resource', async () => {
    const { url, pending } = await buildAuthorizationRequest(base);
    assert.equal(url.origin + url.pathname, 'https://as.example/authorize');
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      response_type: 'code',
      client_id: 'client-1',
      redirect_uri: redirectUri,
      scope: 'a b',
      state: pending.state,
      code_challenge: createHash('sha256').update(pending.codeVerifier.expose()).digest('base64url'),
      code_challenge_method: 'S256',
      resource,
    });
  });

  it('has a state and a verifier of 256 bits that never repeat', async () => {
    const { pending: one } = await buildAuthorizationRequest(base);
    const { pending: two } = await buildAuthorizationRequest(base);
    assert.equal(Buffer.from(one.state, 'base64url').length, 32);
    assert.equal(Buffer.from(one.codeVerifier.expose(), 'base64url').length, 32);
    assert.notEqual(one.state, two.state);
    assert.notEqual(one.codeVerifier.expose(), two.codeVerifier.expose());
    assert.notEqual(one.codeVerifier.expose(), one.state);
  });

  it('ends its state with the editor’s suffix, after as many random bits', async () => {
    const { url, pending } = await buildAuthorizationRequest({ ...base, stateSuffix: '.windowId=7' });
    assert.match(pending.state, /^[\w-]{43}\.windowId=7$/);
    assert.equal(url.searchParams.get('state'), pending.state);
  });

  it('prints no verifier', async () => {
    const { pending } = await buildAuthorizationRequest(base);
    const verifier = pending.codeVerifier.expose();
    assert.ok(
      !inspect(pending, { depth: 9 }).includes(verifier) && !JSON.stringify(pending).includes(verifier),
    );
  });

  it("keeps the endpoint's own query, and lets it set none of ours", async () => {
    const as = authorizationServer(undefined, {
      authorization_endpoint: 'https://as.example/authorize?tenant=7&response_type=token&state=theirs',
    });
    const { url, pending } = await buildAuthorizationRequest({ ...base, as });
    assert.equal(url.searchParams.get('tenant'), '7');
    assert.deepEqual(url.searchParams.getAll('response_type'), ['code']);
    assert.deepEqual(url.searchParams.getAll('state'), [pending.state]);
  });

  it('omits scope if no scope is chosen', async () => {
    const { url } = await buildAuthorizationRequest({ ...base, scopes: [] });
    assert.equal(url.searchParams.has('scope'), false);
  });

  it('sends a nonce with openid and a consent prompt with offline_access', async () => {
    const scopes = ['openid', 'offline_access'];
    const { url, pending } = await buildAuthorizationRequest({ ...base, scopes });
    assert.ok(pending.nonce !== undefined);
    assert.equal(url.searchParams.get('nonce'), pending.nonce);
    assert.equal(url.searchParams.get('prompt'), 'consent');
  });

  it('sends an audience and further parameters, which replace none of its own', async () => {
    const { url, pending } = await buildAuthorizationRequest({
      ...base,
      audience: 'api',
      extraParameters: { access_type: 'offline', prompt: 'login', state: 'mine', resource: 'x', nonce: 'n' },
    });
    const sent = url.searchParams;
    assert.deepEqual([sent.get('audience'), sent.get('access_type')], ['api', 'offline']);
    assert.equal(sent.get('prompt'), 'login');
    assert.equal(sent.get('state'), pending.state);
    assert.equal(sent.get('resource'), base.resource);
    assert.equal(sent.get('nonce'), null);
  });

  it('refuses a server that does not advertise S256, unless the exception is made', async () => {
    const plain = authorizationServer(undefined, { code_challenge_methods_supported: ['plain'] });
    const { issuer, authorization_endpoint } = authorizationServer();
    const silent: AuthorizationServer = { issuer, ...(authorization_endpoint && { authorization_endpoint }) };
    for (const as of [plain, silent]) {
      const error = await flowError('pkceNotAdvertised', () => buildAuthorizationRequest({ ...base, as }));
      assert.equal(error.details.field, 'code_challenge_methods_supported');
      const { url } = await buildAuthorizationRequest({
        ...base,
        as,
        exceptions: { pkceNotAdvertised: true },
      });
      assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
    }
  });

  it('sends PKCE to a server without metadata, which cannot advertise it', async () => {
    const fetch = () => Promise.resolve(new Response(null, { status: 404 }));
    const as = await fetchAuthorizationServer(
      'https://mcp.example',
      { fetch, reach: 'internet' },
      { fallback: true },
    );
    const { url } = await buildAuthorizationRequest({ ...base, as });
    assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
  });

  it('sends no browser to an http endpoint off loopback', async () => {
    const as = authorizationServer(undefined, { authorization_endpoint: 'http://as.example/authorize' });
    await flowError('insecureAddress', () => buildAuthorizationRequest({ ...base, as }));
  });
});
