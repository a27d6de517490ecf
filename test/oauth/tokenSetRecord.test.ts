import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { DpopKey } from '../../src/oauth/dpop.js';
import { Redacted } from '../../src/base/redacted.js';
import {
  clientFromRecord,
  clientToRecord,
  tokenSetFromRecord,
  tokenSetToRecord,
} from '../../src/oauth/tokenSetRecord.js';
import { flowError } from './flowErrors.js';
import { accessTokenOnly, publicClient, tokenSet } from './signIn.js';

const throughJson = (record: unknown): unknown => JSON.parse(JSON.stringify(record));

describe('records for secret storage', () => {
  it('bring back a full and a bare token set', () => {
    for (const tokens of [
      tokenSet({ expiresAt: 5, idTokenClaims: { sub: 's', email: 'e' } }),
      accessTokenOnly(),
    ]) {
      const back = tokenSetFromRecord(throughJson(tokenSetToRecord(tokens)));
      assert.deepEqual(tokenSetToRecord(back), tokenSetToRecord(tokens));
      assert.equal(back.accessToken.expose(), 'old-access');
    }
  });

  it('bring back bound tokens with their key, and neither without the other', async () => {
    const dpopKey = await DpopKey.generate();
    const record = tokenSetToRecord(tokenSet({ tokenType: 'DPoP', dpopKey }));
    const back = tokenSetFromRecord(throughJson(record));
    assert.equal(back.tokenType, 'DPoP');
    assert.equal(await back.dpopKey?.thumbprint(), await dpopKey.thumbprint());
    const bare = tokenSetToRecord(tokenSet());
    const broken: object[] = [
      { ...record, tokenType: 'Bearer' },
      { ...bare, tokenType: 'DPoP' },
      { ...record, dpopKey: 'x' },
    ];
    for (const member of ['kty', 'crv', 'x', 'y', 'd']) {
      broken.push({ ...record, dpopKey: { ...dpopKey.expose(), [member]: 7 } });
    }
    for (const one of broken) {
      const error = await flowError('invalidRecord', () => tokenSetFromRecord(one));
      assert.ok(!inspect(error).includes(dpopKey.expose().d));
    }
  });

  it('bring back a public and a secret client', () => {
    const secret = { ...publicClient, clientSecret: new Redacted('hush'), secretExpiresAt: 7 };
    for (const client of [publicClient, { ...secret, authMethod: 'client_secret_post' as const }]) {
      const back = clientFromRecord(throughJson(clientToRecord(client)));
      assert.deepEqual(clientToRecord(back), clientToRecord(client));
      assert.doesNotMatch(inspect(back), /hush/);
    }
  });

  it('are refused when a field is wrong, naming it and no value', async () => {
    const tokens = tokenSetToRecord(tokenSet());
    for (const [field, value] of [
      ['accessToken', 7],
      ['accessToken', ''],
      ['tokenType', 'DPoP'],
      ['refreshToken', null],
      ['expiresAt', '5'],
      ['scopes', 'a b'],
      ['idTokenClaims', 'alice'],
    ] as const) {
      const error = await flowError('invalidRecord', () => tokenSetFromRecord({ ...tokens, [field]: value }));
      if (field !== 'idTokenClaims') assert.equal(error.details.field, field);
      assert.doesNotMatch(inspect(error), /old-/);
    }
    const client = clientToRecord(publicClient);
    for (const [field, value] of [
      ['clientId', undefined],
      ['authMethod', 'tls_client_auth'],
      ['source', 'guessed'],
    ] as const) {
      const error = await flowError('invalidRecord', () => clientFromRecord({ ...client, [field]: value }));
      assert.equal(error.details.field, field);
    }
    for (const nothing of [undefined, null, [], 'x']) {
      await flowError('invalidRecord', () => tokenSetFromRecord(nothing));
    }
  });
});
