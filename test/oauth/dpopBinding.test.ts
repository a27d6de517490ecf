import assert from 'node:assert/strict';
import { dpopBinding } from '../../src/oauth/dpop.js';
import { buildAuthorizationRequest } from '../../src/oauth/authorizationRequest.js';
import type { ProtectedResource } from '../../src/oauth/protectedResourceMetadata.js';
import { flowError } from './flowErrors.js';
import { authorizationServer, publicClient as client, redirectUri, resource } from './signIn.js';

const plain: ProtectedResource = { resource, authorizationServers: ['https://as.example'], warnings: [] };
const binding = authorizationServer(undefined, { dpop_signing_alg_values_supported: ['EdDSA', 'ES256'] });
const otherAlgorithm = authorizationServer(undefined, { dpop_signing_alg_values_supported: ['RS256'] });
const silent = authorizationServer();
const offered = { dpop: { alone: false } };
const alone = { dpop: { alone: true, algs: ['ES256', 'RS256'] } };
const demanding = { ...plain, dpopRequired: true };

describe('the binding of a sign-in’s tokens', () => {
  for (const { what, as, challenge, of, required } of [
    { what: 'no server requests it', as: binding, required: undefined },
    { what: 'there is a Bearer challenge alone', as: binding, challenge: {}, required: undefined },
    { what: 'it is offered', as: binding, challenge: offered, required: false },
    { what: 'it is the only challenge', as: binding, challenge: alone, required: true },
    { what: 'the metadata requires it', as: binding, of: demanding, required: true },
    { what: 'it is offered and no server binds', as: silent, challenge: offered, required: undefined },
    {
      what: 'it is offered with an unsupported algorithm',
      as: binding,
      challenge: { dpop: { alone: false, algs: ['RS256'] } },
      required: undefined,
    },
  ]) {
    const result = required === undefined ? 'is none' : required ? 'is required' : 'may be left out';
    it(`${result} if ${what}`, async () => {
      const found = await dpopBinding({ resource: of ?? plain, as, ...(challenge && { challenge }) });
      assert.equal(found?.required, required);
    });
  }

  for (const [what, as, of, at] of [
    ['does not declare DPoP', silent, demanding, 'https://as.example'],
    ['has other algorithms', otherAlgorithm, demanding, 'https://as.example'],
    [
      'supports it, and the server has other algorithms',
      binding,
      { ...demanding, dpopAlgorithms: ['RS256'] },
      resource,
    ],
  ] as const) {
    it(`fails if it is required and the authorization server ${what}`, async () => {
      const error = await flowError('dpopNotSupported', () => dpopBinding({ resource: of, as }));
      assert.deepEqual([error.details.field, error.details.url], ['dpop_signing_alg_values_supported', at]);
    });
  }

  it('is not made over HTTP+SSE, because no proof would cover the address of the requests', async () => {
    const offer = { resource: plain, as: binding, challenge: offered, overHttpSse: true };
    assert.equal(await dpopBinding(offer), undefined);
    const demand = { resource: demanding, as: binding, overHttpSse: true };
    const error = await flowError('dpopNotSupported', () => dpopBinding(demand));
    assert.match(
      error.message,
      /^https:\/\/mcp\.example\/mcp accepts only tokens bound to a key .* over HTTP\+SSE\.$/,
    );
  });

  it('is a new key each time, which the authorization request names', async () => {
    const o = { resource: demanding, as: binding };
    const [dpop, other] = await Promise.all([dpopBinding(o), dpopBinding(o)]);
    assert.ok(dpop !== undefined && other !== undefined && !dpop.key.isSameAs(other.key));
    const { url, pending } = await buildAuthorizationRequest({
      as: binding,
      client,
      redirectUri,
      resource,
      scopes: [],
      dpop,
    });
    assert.equal(url.searchParams.get('dpop_jkt'), await dpop.key.thumbprint());
    assert.equal(pending.dpop, dpop);
  });
});
