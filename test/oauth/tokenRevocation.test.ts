import assert from 'node:assert/strict';
import { revokeTokens } from '../../src/oauth/tokenRevocation.js';
import { closeServers, http, scriptedServer, type Script } from './scriptedServer.js';
import { accessTokenOnly, authorizationServer, publicClient as client, tokenSet } from './signIn.js';

async function revoker(script: Script) {
  const server = await scriptedServer(script);
  const as = authorizationServer(server.origin, { revocation_endpoint: `${server.origin}/revoke` });
  return { ...server, as };
}

describe('token revocation', () => {
  afterEach(closeServers);

  it('revokes the refresh token first, then the access token', async () => {
    const { as, requests } = await revoker(() => ({ body: '' }));
    assert.deepEqual(await revokeTokens({ as, client, tokens: tokenSet() }, http), {
      refreshToken: 'revoked',
      accessToken: 'revoked',
    });
    assert.deepEqual(
      requests.map(({ form }) => [form.get('token'), form.get('token_type_hint'), form.get('client_id')]),
      [
        ['old-refresh', 'refresh_token', 'client-1'],
        ['old-access', 'access_token', 'client-1'],
      ],
    );
  });

  it('reports that the server does not offer it', async () => {
    assert.deepEqual(await revokeTokens({ as: authorizationServer(), client, tokens: tokenSet() }, http), {
      refreshToken: 'notOffered',
      accessToken: 'notOffered',
    });
    const { as } = await revoker(({ form }) =>
      form.get('token_type_hint') === 'access_token'
        ? { status: 400, body: { error: 'unsupported_token_type' } }
        : {},
    );
    assert.deepEqual(await revokeTokens({ as, client, tokens: accessTokenOnly() }, http), {
      accessToken: 'notOffered',
    });
  });

  it('reports a refusal or a dead server instead of throwing, and no token with it', async () => {
    const refusing = await revoker(({ form }) => ({
      status: 401,
      body: { error: 'invalid_client', error_description: `bad ${form.get('token') ?? ''}` },
    }));
    const refused = await revokeTokens({ as: refusing.as, client, tokens: tokenSet() }, http);
    assert.deepEqual([refused.refreshToken, refused.accessToken], ['failed', 'failed']);
    assert.match(refused.problem ?? '', /bad \[redacted\]/);
    await refusing.close();
    const dead = await revokeTokens({ as: refusing.as, client, tokens: tokenSet() }, http);
    assert.deepEqual([dead.refreshToken, dead.accessToken], ['failed', 'failed']);
  });

  it('follows no redirect with a token', async () => {
    const other = await revoker(() => ({}));
    const { as } = await revoker(() => ({ status: 308, headers: { location: `${other.origin}/revoke` } }));
    assert.equal((await revokeTokens({ as, client, tokens: tokenSet() }, http)).refreshToken, 'failed');
    assert.equal(other.requests.length, 0);
  });

  it("rethrows the reason of the caller's cancel", async () => {
    const { as } = await revoker(() => ({ hang: true }));
    const cancel = new AbortController();
    const reason = new Error('cancelled');
    const waiting = assert.rejects(
      revokeTokens({ as, client, tokens: tokenSet() }, { ...http, signal: cancel.signal }),
      (error) => error === reason,
    );
    cancel.abort(reason);
    await waiting;
  });
});
