import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { SignJWT } from 'jose';
import type { AuthorizationServer } from '../../src/oauth/authorizationServerMetadata.js';
import type { OAuthClient } from '../../src/oauth/oauthClient.js';
import type { OAuthFlowErrorCode } from '../../src/oauth/oauthFlowError.js';
import { Redacted } from '../../src/base/redacted.js';
import { exchangeCode } from '../../src/oauth/tokenExchange.js';
import { refreshTokens } from '../../src/oauth/tokenRefresh.js';
import { flowError } from './flowErrors.js';
import { closeServers, http, scriptedServer, type ScriptedAnswer } from './scriptedServer.js';
import {
  accessTokenOnly,
  authorizationServer,
  now,
  publicClient,
  redirectUri,
  resource,
  signInAt,
  tokenSet,
} from './signIn.js';

const clock = () => now;

async function tokenServer(answer: ScriptedAnswer | (() => ScriptedAnswer)) {
  const server = await scriptedServer(() => (typeof answer === 'function' ? answer() : answer));
  return { as: authorizationServer(server.origin), requests: server.requests };
}

function idToken(as: AuthorizationServer, claims: Record<string, unknown>) {
  const times = { iat: now / 1000, exp: now / 1000 + 60 };
  return new SignJWT({ iss: as.issuer, aud: 'client-1', ...times, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new Uint8Array(32));
}

/** An ID token's signature need not be checked on a direct answer (OIDC Core §3.1.3.7), but its algorithm is. */
const idTokens = { id_token_signing_alg_values_supported: ['HS256'] };

describe('token exchange', () => {
  afterEach(closeServers);
  const bearer = { access_token: 'new-access', token_type: 'bearer' };

  it('sends code, verifier, redirect address, client and resource', async () => {
    const { as, requests } = await tokenServer({ body: bearer });
    const { pending, callback } = await signInAt(as);
    await exchangeCode(pending, callback, http, clock);
    assert.deepEqual(Object.fromEntries(requests[0]?.form ?? []), {
      grant_type: 'authorization_code',
      code: 'the-code',
      code_verifier: pending.codeVerifier.expose(),
      redirect_uri: redirectUri,
      client_id: 'client-1',
      resource,
    });
  });

  it('reads tokens, lifetime and scopes', async () => {
    const { as } = await tokenServer({
      body: { ...bearer, token_type: 'BEARER', expires_in: 300, refresh_token: 'r', scope: 'a c' },
    });
    const { pending, callback } = await signInAt(as);
    const tokens = await exchangeCode(pending, callback, http, clock);
    assert.equal(tokens.accessToken.expose(), 'new-access');
    assert.equal(tokens.refreshToken?.expose(), 'r');
    assert.equal(tokens.expiresAt, now + 300_000);
    assert.deepEqual(tokens.scopes, ['a', 'c']);
    assert.doesNotMatch(inspect(tokens) + JSON.stringify(tokens), /new-access/);
  });

  for (const [what, more, scopes] of [
    ['no scope: as asked', {}, ['a', 'b']],
    ['a null scope: as asked', { scope: null, expires_in: null, refresh_token: null }, ['a', 'b']],
    ['an empty scope: none', { scope: '' }, []],
    ['commas for spaces', { scope: 'a,b' }, ['a', 'b']],
  ] as const) {
    it(`takes a response with ${what}`, async () => {
      const { as } = await tokenServer({ body: { ...bearer, ...more } });
      const { pending, callback } = await signInAt(as);
      const tokens = await exchangeCode(pending, callback, http, clock);
      assert.deepEqual(tokens.scopes, scopes);
      assert.equal(tokens.expiresAt, undefined);
      assert.equal(tokens.refreshToken, undefined);
    });
  }

  it('authenticates a client with a secret as registered, and a public one with nothing', async () => {
    const clientSecret = new Redacted('hush');
    for (const [client, authorization, inForm] of [
      [{ ...publicClient, clientSecret, authMethod: 'client_secret_basic' }, /^Basic /, null],
      [{ ...publicClient, clientSecret, authMethod: 'client_secret_post' }, undefined, 'hush'],
      [publicClient, undefined, null],
    ] satisfies [OAuthClient, RegExp | undefined, string | null][]) {
      const { as, requests } = await tokenServer({ body: bearer });
      const { pending, callback } = await signInAt(as, { client });
      await exchangeCode(pending, callback, http, clock);
      if (authorization) assert.match(requests[0]?.headers.authorization ?? '', authorization);
      else assert.equal(requests[0]?.headers.authorization, undefined);
      assert.equal(requests[0]?.form.get('client_secret'), inForm);
    }
  });

  for (const [what, code, answer] of [
    ['another kind of token', 'invalidTokenResponse', { body: { ...bearer, token_type: 'DPoP' } }],
    ['an unknown kind of token', 'invalidTokenResponse', { body: { ...bearer, token_type: 'mac' } }],
    ['no token', 'invalidTokenResponse', { body: { token_type: 'bearer' } }],
    ['a lifetime that is none', 'invalidTokenResponse', { body: { ...bearer, expires_in: 'soon' } }],
    ['a web page', 'notJson', { body: '<html>', headers: { 'content-type': 'text/html' } }],
    ['a refusal', 'tokenRequestRefused', { status: 400, body: { error: 'invalid_grant' } }],
    ['a refusal with status 200', 'tokenRequestRefused', { body: { error: 'invalid_grant' } }],
    [
      'a refusal with a challenge',
      'tokenRequestRefused',
      { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' }, body: { error: 'invalid_grant' } },
    ],
    ['a failure', 'unexpectedStatus', { status: 502, body: 'bad gateway' }],
    ['a redirect', 'redirected', { status: 307, headers: { location: 'https://evil.example/token' } }],
  ] satisfies [string, OAuthFlowErrorCode, ScriptedAnswer][]) {
    it(`reports ${what} without code, verifier or token`, async () => {
      const { as } = await tokenServer(answer);
      const { pending, callback } = await signInAt(as);
      const error = await flowError(code, () => exchangeCode(pending, callback, http, clock));
      assert.equal(error.details.url, as.token_endpoint);
      const printed = inspect(error, { depth: 9, showHidden: true });
      for (const secret of ['the-code', pending.codeVerifier.expose(), 'new-access']) {
        assert.ok(!printed.includes(secret), printed);
      }
      if (code === 'tokenRequestRefused') assert.equal(error.details.oauthError, 'invalid_grant');
    });
  }

  it('keeps the code out of the error when the server repeats it', async () => {
    const { as } = await tokenServer({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'the code the-code is used' },
    });
    const { pending, callback } = await signInAt(as);
    const error = await flowError('tokenRequestRefused', () => exchangeCode(pending, callback, http, clock));
    assert.ok(!error.message.includes('the-code') && error.message.includes('is used'), error.message);
  });

  it('refuses the callback of another sign-in', async () => {
    const { as, requests } = await tokenServer({ body: bearer });
    const { pending } = await signInAt(as);
    const { callback } = await signInAt(as);
    await flowError('stateMismatch', () => exchangeCode(pending, callback, http, clock));
    assert.equal(requests.length, 0);
  });

  it('takes the account from an ID token with the nonce sent, and refuses another nonce', async () => {
    let body: unknown;
    const { as } = await tokenServer(() => ({ body }));
    Object.assign(as, idTokens);
    const { pending, callback } = await signInAt(as, { scopes: ['openid'] });
    const claims = { sub: 's1', email: 'a@example.org', nonce: pending.nonce };
    body = { ...bearer, id_token: await idToken(as, claims) };
    const tokens = await exchangeCode(pending, callback, http, clock);
    assert.deepEqual(tokens.idTokenClaims, { sub: 's1', email: 'a@example.org' });
    for (const wrong of [
      { nonce: 'other' },
      { nonce: undefined },
      { aud: 'x' },
      { iss: 'x' },
      { exp: 1 },
      { iat: undefined },
      { sub: undefined },
      { aud: ['client-1', 'x'] },
      { aud: ['client-1', 'x'], azp: 'x' },
    ]) {
      body = { ...bearer, id_token: await idToken(as, { ...claims, ...wrong }) };
      await flowError('invalidTokenResponse', () => exchangeCode(pending, callback, http, clock));
    }
  });

  it('refuses an ID token with an unrequested nonce, and one with an unlisted algorithm', async () => {
    let body: unknown;
    const { as } = await tokenServer(() => ({ body }));
    Object.assign(as, idTokens);
    const { pending, callback } = await signInAt(as, { scopes: ['a'] });
    assert.equal(pending.nonce, undefined);
    body = { ...bearer, id_token: await idToken(as, { sub: 's1', nonce: 'theirs' }) };
    await flowError('invalidTokenResponse', () => exchangeCode(pending, callback, http, clock));
    body = { ...bearer, id_token: await idToken(as, { sub: 's1' }) };
    assert.equal((await exchangeCode(pending, callback, http, clock)).idTokenClaims?.sub, 's1');
    const listed = { ...as, id_token_signing_alg_values_supported: ['RS256'] };
    await flowError('invalidTokenResponse', () =>
      exchangeCode({ ...pending, as: listed }, callback, http, clock),
    );
  });

  it('works without an ID token', async () => {
    const { as } = await tokenServer({ body: bearer });
    const { pending, callback } = await signInAt(as, { scopes: ['openid', 'a'] });
    assert.equal((await exchangeCode(pending, callback, http, clock)).idTokenClaims, undefined);
  });
});

describe('token refresh', () => {
  afterEach(closeServers);
  const client = publicClient;
  const fresh = { access_token: 'new-access', token_type: 'Bearer', expires_in: 60 };

  it('sends the refresh token, the client and the resource', async () => {
    const { as, requests } = await tokenServer({ body: fresh });
    await refreshTokens({ as, client, tokens: tokenSet(), resource }, http, clock);
    assert.deepEqual(Object.fromEntries(requests[0]?.form ?? []), {
      grant_type: 'refresh_token',
      refresh_token: 'old-refresh',
      client_id: 'client-1',
      resource,
    });
  });

  it('keeps the refresh token, scopes and account if the response has none', async () => {
    const { as } = await tokenServer({ body: fresh });
    const tokens = tokenSet({ expiresAt: 1, idTokenClaims: { sub: 's', email: 'e' } });
    const after = await refreshTokens({ as, client, tokens, resource }, http, clock);
    assert.equal(after.accessToken.expose(), 'new-access');
    assert.equal(after.refreshToken?.expose(), 'old-refresh');
    assert.deepEqual(after.scopes, ['a', 'b']);
    assert.deepEqual(after.idTokenClaims, { sub: 's', email: 'e' });
    assert.equal(after.expiresAt, now + 60_000);
  });

  it('does not keep the old expiry if the response has none', async () => {
    const { as } = await tokenServer({ body: { access_token: 'new', token_type: 'Bearer' } });
    const after = await refreshTokens({ as, client, tokens: tokenSet({ expiresAt: 1 }) }, http, clock);
    assert.equal(after.expiresAt, undefined);
  });

  it('takes the rotated refresh token and narrower scopes, and asks for none', async () => {
    const { as, requests } = await tokenServer({ body: { ...fresh, refresh_token: 'next', scope: 'a' } });
    const after = await refreshTokens({ as, client, tokens: tokenSet() }, http, clock);
    assert.equal(after.refreshToken?.expose(), 'next');
    assert.deepEqual(after.scopes, ['a']);
    assert.equal(requests[0]?.form.has('scope'), false);
  });

  it('refuses an ID token for another account', async () => {
    const body: Record<string, unknown> = { ...fresh };
    const { as } = await tokenServer({ body });
    Object.assign(as, idTokens);
    body['id_token'] = await idToken(as, { sub: 'other' });
    const tokens = tokenSet({ idTokenClaims: { sub: 's' } });
    await flowError('invalidTokenResponse', () => refreshTokens({ as, client, tokens }, http, clock));
  });

  it('ends the sign-in on invalid_grant, whatever the status', async () => {
    for (const status of [400, 401, 200]) {
      const { as } = await tokenServer({ status, body: { error: 'invalid_grant' } });
      const error = await flowError('refreshTokenRefused', () =>
        refreshTokens({ as, client, tokens: tokenSet() }, http, clock),
      );
      assert.equal(error.details.oauthError, 'invalid_grant');
    }
  });

  it('ends nothing on any other failure', async () => {
    for (const [code, answer] of [
      ['tokenRequestRefused', { status: 400, body: { error: 'invalid_client' } }],
      ['tokenRequestRefused', { status: 400, body: 'no reason given' }],
      ['unexpectedStatus', { status: 503, body: 'later' }],
      ['notJson', { status: 200, body: '<html>' }],
      ['invalidTokenResponse', { status: 200, body: {} }],
    ] satisfies [OAuthFlowErrorCode, ScriptedAnswer][]) {
      const { as } = await tokenServer(answer);
      await flowError(code, () => refreshTokens({ as, client, tokens: tokenSet() }, http, clock));
    }
    const gone = await scriptedServer(() => undefined);
    await gone.close();
    const as = authorizationServer(gone.origin);
    await flowError('unreachable', () => refreshTokens({ as, client, tokens: tokenSet() }, http, clock));
  });

  it('sends no request without a refresh token', async () => {
    const tokens = accessTokenOnly();
    const as = authorizationServer();
    const fetch = () => assert.fail('asked');
    await flowError('refreshTokenRefused', () =>
      refreshTokens({ as, client, tokens }, { fetch, reach: 'internet' }, clock),
    );
  });
});
