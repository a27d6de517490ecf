import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { fetchAccount } from '../../src/oauth/accountName.js';
import { buildAuthorizationRequest } from '../../src/oauth/authorizationRequest.js';
import { fetchAuthorizationServer } from '../../src/oauth/authorizationServerMetadata.js';
import { chooseClientIdentity, registerClient } from '../../src/oauth/clientRegistration.js';
import { fetchProtectedResource } from '../../src/oauth/protectedResourceMetadata.js';
import { Redacted } from '../../src/base/redacted.js';
import { initialScopes, stepUpScopes } from '../../src/oauth/scopes.js';
import { validateAuthorizationResponse } from '../../src/oauth/authorizationResponse.js';
import { exchangeCode } from '../../src/oauth/tokenExchange.js';
import { refreshTokens } from '../../src/oauth/tokenRefresh.js';
import { revokeTokens } from '../../src/oauth/tokenRevocation.js';
import { bearerChallengeOf } from '../../src/oauth/wwwAuthenticateChallenge.js';
import { startAuthorizationServer, type DemoAuthorizationServer } from '../demo/authorizationServer.js';
import { alice } from '../demo/people.js';
import { signInAsUser } from '../demo/user.js';
import { startRepositoriesServer, type RepositoriesServer } from '../demo/repositoriesServer.js';
import { flowError } from './flowErrors.js';
import { http } from './scriptedServer.js';

const redirectUri = 'http://127.0.0.1:4711/callback';

/** The steps against a real authorization server, a real MCP server and a user who fills in the pages. */
describe('the whole flow', function () {
  this.timeout(20_000);
  let authority: DemoAuthorizationServer;
  let server: RepositoriesServer;

  before(async () => {
    authority = await startAuthorizationServer();
    server = await startRepositoriesServer({ authorizationServer: authority });
  });
  after(async () => {
    await server.close();
    await authority.close();
  });

  /** From the challenge to the callback. */
  async function signIn() {
    const challenge = bearerChallengeOf(await call());
    assert.ok(challenge?.resourceMetadata !== undefined);
    const resource = await fetchProtectedResource(new URL(server.url), challenge, http);
    const as = await fetchAuthorizationServer(resource.authorizationServers[0] ?? '', http);
    assert.equal(chooseClientIdentity(as, {}).kind, 'register');
    const client = await registerClient(as, { redirectUris: [redirectUri], clientName: 'Test' }, http);
    const scopes = initialScopes({ challenge, resource, as, identity: true });
    const request = { as, client, redirectUri, resource: resource.resource, scopes };
    const { url, pending } = await buildAuthorizationRequest(request);
    const back = await signInAsUser(url, { ...alice, consent: 'allow' });
    const callback = validateAuthorizationResponse(pending, back.searchParams);
    return { as, client, pending, callback, resource, scopes, back };
  }

  const call = (token?: Redacted) =>
    fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(token !== undefined && { authorization: `Bearer ${token.expose()}` }),
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: {
          protocolVersion: '2025-11-25',
          capabilities: {},
          clientInfo: { name: 'test', version: '1' },
        },
      }),
    });

  it('signs in, calls, refreshes, and signs out', async () => {
    const { as, client, pending, callback, resource } = await signIn();
    const tokens = await exchangeCode(pending, callback, http, Date.now);
    assert.equal((await call(tokens.accessToken)).status, 200);
    assert.ok(tokens.refreshToken !== undefined);
    assert.equal((await fetchAccount(as, client, tokens, http))?.id, alice.sub);

    const of = { as, client, resource: resource.resource };
    const next = await refreshTokens({ ...of, tokens }, http, Date.now);
    assert.notEqual(next.refreshToken?.expose(), tokens.refreshToken.expose());
    assert.equal((await call(next.accessToken)).status, 200);

    const receipt = await revokeTokens({ as, client, tokens: next }, http);
    assert.equal(receipt.refreshToken, 'revoked');
    await flowError('refreshTokenRefused', () => refreshTokens({ ...of, tokens: next }, http, Date.now));
  });

  it('gets no token with a wrong verifier', async () => {
    const { pending, callback } = await signIn();
    const codeVerifier = new Redacted('x'.repeat(43));
    const error = await flowError('tokenRequestRefused', () =>
      exchangeCode({ ...pending, codeVerifier }, callback, http, Date.now),
    );
    assert.equal(error.details.oauthError, 'invalid_grant');
  });

  it('prints neither code nor verifier of an exchange that fails', async () => {
    const { pending, callback, back } = await signIn();
    await exchangeCode(pending, callback, http, Date.now);
    const error = await flowError('tokenRequestRefused', () =>
      exchangeCode(pending, callback, http, Date.now),
    );
    const printed = inspect(error, { depth: 9, showHidden: true });
    assert.ok(!printed.includes(back.searchParams.get('code') ?? '?'));
    assert.ok(!printed.includes(pending.codeVerifier.expose()));
  });

  it('adds a scope to those held', async () => {
    const { as, client, pending, callback, resource } = await signIn();
    const tokens = await exchangeCode(pending, callback, http, Date.now);
    const { union, added } = stepUpScopes(tokens.scopes, { scopes: ['repo:write'] });
    if (added.length === 0) assert.ok(tokens.scopes.includes('repo:write'));
    const request = { as, client, redirectUri, resource: resource.resource, scopes: union };
    const { url, pending: more } = await buildAuthorizationRequest(request);
    const back = await signInAsUser(url, { ...alice, consent: 'allow' });
    const stepped = await exchangeCode(
      more,
      validateAuthorizationResponse(more, back.searchParams),
      http,
      Date.now,
    );
    for (const scope of [...tokens.scopes, 'repo:write']) assert.ok(stepped.scopes.includes(scope), scope);
  });

  it("reports the user's denial", async () => {
    const { as, client, resource, scopes } = await signIn();
    const request = { as, client, redirectUri, resource: resource.resource, scopes };
    const { url, pending } = await buildAuthorizationRequest(request);
    const back = await signInAsUser(url, { ...alice, consent: 'deny' });
    await flowError('accessDenied', () => validateAuthorizationResponse(pending, back.searchParams));
  });
});
