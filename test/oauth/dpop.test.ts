import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { fetchAccount } from '../../src/oauth/accountName.js';
import { DpopKey, resourceRequestWithDpop } from '../../src/oauth/dpop.js';
import { Redacted } from '../../src/base/redacted.js';
import { exchangeCode } from '../../src/oauth/tokenExchange.js';
import { refreshTokens } from '../../src/oauth/tokenRefresh.js';
import { flowError } from './flowErrors.js';
import { closeServers, http, scriptedServer, type Script, type SeenRequest } from './scriptedServer.js';
import { authorizationServer, now, publicClient, resource, signInAt, tokenSet } from './signIn.js';

const clock = () => now;
const bound = { access_token: 'new-access', token_type: 'DPoP', refresh_token: 'new-refresh' };

interface Proof {
  readonly jti?: string;
  readonly htm?: unknown;
  readonly htu?: unknown;
  readonly ath?: unknown;
  readonly nonce?: unknown;
  /** The thumbprint of its key. */
  readonly jkt: string;
}

/** The proof of a request, its signature verified by the key in it. */
async function proofOf(request: SeenRequest | undefined): Promise<Proof> {
  const proof = request?.headers['dpop'];
  assert.ok(typeof proof === 'string', 'a proof');
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' });
  assert.deepEqual(Object.keys(protectedHeader.jwk ?? {}).sort(), ['crv', 'kty', 'x', 'y']);
  return { ...payload, jkt: await calculateJwkThumbprint(protectedHeader.jwk ?? assert.fail()) };
}

describe('DPoP', () => {
  let key: DpopKey;
  beforeEach(async () => {
    key = await DpopKey.generate();
  });
  afterEach(closeServers);

  /** An authorization server that wants this nonce in its proofs, and answers so. */
  async function serverWanting(nonce: string | undefined, answer: object = bound) {
    const server = await scriptedServer((request) => {
      const [, payload = ''] = String(request.headers['dpop']).split('.');
      const proof = JSON.parse(Buffer.from(payload, 'base64url').toString() || '{}') as { nonce?: string };
      if (nonce === undefined || proof.nonce === nonce) return { body: answer };
      return { status: 400, headers: { 'dpop-nonce': nonce }, body: { error: 'use_dpop_nonce' } };
    });
    return { as: authorizationServer(server.origin), ...server };
  }

  const exchangeAt = async (as: ReturnType<typeof authorizationServer>, required = true) => {
    const { pending, callback } = await signInAt(as);
    return exchangeCode({ ...pending, dpop: { key, required } }, callback, http, clock);
  };

  it('proves the key at the token endpoint, and binds the tokens to it', async () => {
    const { as, requests } = await serverWanting(undefined);
    const tokens = await exchangeAt(as);
    const proof = await proofOf(requests[0]);
    assert.deepEqual(
      [proof.htm, proof.htu, proof.jkt, proof.nonce, proof.ath],
      ['POST', as.token_endpoint, await key.thumbprint(), undefined, undefined],
    );
    assert.deepEqual([tokens.tokenType, tokens.dpopKey], ['DPoP', key]);
    assert.equal(requests.length, 1);
  });

  it('takes the authorization server’s nonce, asks once more, and remembers it', async () => {
    const { as, requests } = await serverWanting('n1');
    const tokens = await exchangeAt(as);
    await refreshTokens({ as, client: publicClient, tokens, resource }, http, clock);
    const proofs = await Promise.all(requests.map(proofOf));
    assert.deepEqual(
      proofs.map((proof) => proof.nonce),
      [undefined, 'n1', 'n1'],
    );
    assert.equal(new Set(proofs.map((proof) => proof.jti)).size, 3);
    assert.deepEqual(
      requests.map(({ form }) => form.get('code') ?? form.get('refresh_token')),
      ['the-code', 'the-code', 'new-refresh'],
    );
  });

  it('sends a request only once more if a new nonce does not help', async () => {
    const server = await scriptedServer(() => ({
      status: 400,
      headers: { 'dpop-nonce': 'n' },
      body: { error: 'use_dpop_nonce' },
    }));
    const error = await flowError('tokenRequestRefused', () =>
      exchangeAt(authorizationServer(server.origin)),
    );
    assert.equal(error.details.oauthError, 'use_dpop_nonce');
    assert.equal(server.requests.length, 2);
  });

  it('asks nothing again that was refused for another reason', async () => {
    const server = await scriptedServer(() => ({
      status: 400,
      headers: { 'dpop-nonce': 'n' },
      body: { error: 'invalid_grant' },
    }));
    await flowError('tokenRequestRefused', () => exchangeAt(authorizationServer(server.origin)));
    assert.equal(server.requests.length, 1);
  });

  it('accepts an unbound token if bound ones are offered, and refuses it if they are required', async () => {
    const { as } = await serverWanting(undefined, { ...bound, token_type: 'Bearer' });
    const tokens = await exchangeAt(as, false);
    assert.deepEqual([tokens.tokenType, tokens.dpopKey], ['Bearer', undefined]);
    await flowError('invalidTokenResponse', () => exchangeAt(as, true));
  });

  it('refuses a bound token that was not asked for, and one of an unknown type', async () => {
    for (const token_type of ['DPoP', 'mac', 'N_A']) {
      const { as } = await serverWanting(undefined, { ...bound, token_type });
      const { pending, callback } = await signInAt(as);
      await flowError('invalidTokenResponse', () => exchangeCode(pending, callback, http, clock));
      const tokens = tokenSet();
      await flowError('invalidTokenResponse', () =>
        refreshTokens({ as, client: publicClient, tokens }, http, clock),
      );
    }
  });

  it('refreshes with the key of the sign-in, and takes no unbound token for a bound one', async () => {
    const tokens = tokenSet({ tokenType: 'DPoP', dpopKey: key });
    const { as, requests } = await serverWanting(undefined);
    const fresh = await refreshTokens({ as, client: publicClient, tokens }, http, clock);
    assert.equal((await proofOf(requests[0])).jkt, await key.thumbprint());
    assert.deepEqual([fresh.tokenType, fresh.dpopKey], ['DPoP', key]);
    const { as: other } = await serverWanting(undefined, { ...bound, token_type: 'Bearer' });
    await flowError('invalidTokenResponse', () =>
      refreshTokens({ as: other, client: publicClient, tokens }, http, clock),
    );
  });

  it('proves the key to userinfo, with the nonce it asks for in a challenge', async () => {
    const server = await scriptedServer(({ headers }) => {
      const [, payload = ''] = String(headers['dpop']).split('.');
      if (Buffer.from(payload, 'base64url').toString().includes('"nonce":"u1"')) {
        return { body: { sub: 's', email: 'a@example.org' } };
      }
      const wanted = { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'u1' };
      return { status: 401, headers: wanted };
    });
    const as = authorizationServer(server.origin, { userinfo_endpoint: `${server.origin}/me` });
    const tokens = tokenSet({ tokenType: 'DPoP', dpopKey: key, scopes: ['openid'] });
    assert.equal((await fetchAccount(as, publicClient, tokens, http))?.label, 'a@example.org');
    const [, request] = server.requests;
    assert.equal(request?.headers.authorization, 'DPoP old-access');
    assert.equal((await proofOf(request)).ath, hashOf('old-access'));
  });

  describe('at a resource', () => {
    const hashing = new Redacted('old-access');
    async function resourceAnswering(script: Script, path = '/mcp?team=1') {
      const server = await scriptedServer(script);
      const send = (method = 'POST') =>
        resourceRequestWithDpop(key, { method, url: server.origin + path, accessToken: hashing }, (proof) =>
          fetch(server.origin + path, { method, headers: { ...proof } }),
        );
      return { ...server, send };
    }

    it('proves key, method, address without query, and token', async () => {
      const { send, requests, origin } = await resourceAnswering(() => ({}));
      await send();
      await send('GET');
      const [post, get] = await Promise.all(requests.map(proofOf));
      assert.equal(requests[0]?.headers.authorization, 'DPoP old-access');
      assert.deepEqual(
        [post?.htm, post?.htu, post?.ath, post?.jkt],
        ['POST', `${origin}/mcp`, hashOf('old-access'), await key.thumbprint()],
      );
      assert.equal(get?.htm, 'GET');
      assert.notEqual(get.jti, post?.jti);
    });

    it('remembers the nonce of each origin for itself, from any answer', async () => {
      const one = await resourceAnswering(() => ({ headers: { 'dpop-nonce': 'one' } }));
      const two = await resourceAnswering(() => ({}));
      for (const { send } of [one, one, two]) await send();
      const nonces = [...one.requests, ...two.requests].map(async (each) => (await proofOf(each)).nonce);
      assert.deepEqual(await Promise.all(nonces), [undefined, 'one', undefined]);
    });

    for (const [what, challenge, sent] of [
      ['for want of the nonce', 'DPoP error="use_dpop_nonce"', 2],
      ['for want of the nonce, beside a Bearer challenge', 'Bearer, DPoP error="use_dpop_nonce"', 2],
      ['without a word but the nonce', undefined, 2],
      ['for the token', 'DPoP error="invalid_token"', 1],
    ] as const) {
      it(`sends a request refused ${what} ${sent === 2 ? 'again, once' : 'not again'}`, async () => {
        const headers = {
          'dpop-nonce': 'n',
          ...(challenge !== undefined && { 'www-authenticate': challenge }),
        };
        const { send, requests } = await resourceAnswering(() => ({ status: 401, headers }));
        const answer = await send();
        assert.equal(answer.status, 401);
        assert.equal(answer.headers.get('www-authenticate'), challenge ?? null);
        assert.equal(requests.length, sent);
      });
    }

    it('sends nothing again after a 403 or without a nonce', async () => {
      for (const [status, headers] of [
        [403, { 'dpop-nonce': 'n' }],
        [401, { 'www-authenticate': 'DPoP error="use_dpop_nonce"' }],
      ] as const) {
        const { send, requests } = await resourceAnswering(() => ({ status, headers }));
        assert.equal((await send()).status, status);
        assert.equal(requests.length, 1);
      }
    });
  });

  it('prints no private key, and keeps it through a record', async () => {
    const { d } = key.expose();
    const tokens = tokenSet({ tokenType: 'DPoP', dpopKey: key });
    await key.handle();
    assert.ok(!(inspect(tokens, { depth: 9, showHidden: true }) + JSON.stringify(tokens)).includes(d));
    const back = new DpopKey(JSON.parse(JSON.stringify(key.expose())) as ReturnType<DpopKey['expose']>);
    assert.equal(await back.thumbprint(), await key.thumbprint());
    assert.deepEqual([back.isSameAs(key), back.isSameAs(await DpopKey.generate())], [true, false]);
  });
});

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
