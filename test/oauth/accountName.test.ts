import assert from 'node:assert/strict';
import { fetchAccount } from '../../src/oauth/accountName.js';
import { closeServers, http, scriptedServer, type ScriptedAnswer } from './scriptedServer.js';
import { authorizationServer, publicClient as client, tokenSet } from './signIn.js';

async function withUserInfo(answer: ScriptedAnswer) {
  const server = await scriptedServer(() => answer);
  const as = authorizationServer(server.origin, { userinfo_endpoint: `${server.origin}/me` });
  return { as, requests: server.requests };
}

describe('account name', () => {
  afterEach(closeServers);

  it('is the most recognizable claim of the ID token, without a request', async () => {
    const { as, requests } = await withUserInfo({});
    const sub = 's1';
    for (const [claims, label] of [
      [{ sub, email: 'e', preferred_username: 'u', name: 'n' }, 'e'],
      [{ sub, preferred_username: 'u', name: 'n' }, 'u'],
      [{ sub, name: 'n' }, 'n'],
    ] as const) {
      const tokens = tokenSet({ idTokenClaims: claims, scopes: ['openid'] });
      assert.deepEqual(await fetchAccount(as, client, tokens, http), { id: sub, label });
    }
    assert.equal(requests.length, 0);
  });

  it('is requested from the userinfo endpoint if the ID token names no account', async () => {
    const { as, requests } = await withUserInfo({ body: { sub: 's1', email: 'a@example.org' } });
    const tokens = tokenSet({ idTokenClaims: { sub: 's1' }, scopes: ['openid'] });
    assert.deepEqual(await fetchAccount(as, client, tokens, http), { id: 's1', label: 'a@example.org' });
    assert.equal(requests[0]?.headers.authorization, 'Bearer old-access');
  });

  it('is not taken from the userinfo of another account', async () => {
    const { as } = await withUserInfo({ body: { sub: 'other', email: 'b@example.org' } });
    const tokens = tokenSet({ idTokenClaims: { sub: 's1' }, scopes: ['openid'] });
    assert.deepEqual(await fetchAccount(as, client, tokens, http), { id: 's1', label: 's1' });
  });

  it('is unknown if the server does not identify the user', async () => {
    const { as, requests } = await withUserInfo({ status: 401 });
    assert.equal(await fetchAccount(as, client, tokenSet({ scopes: ['a'] }), http), undefined);
    assert.equal(requests.length, 0);
    assert.equal(await fetchAccount(as, client, tokenSet({ scopes: ['openid'] }), http), undefined);
  });
});
