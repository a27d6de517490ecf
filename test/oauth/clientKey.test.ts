import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import * as jose from 'jose';
import { libraryClient, clientAuthentication } from '../../src/oauth/clientAuthentication.js';
import {
  clientKeyAlgorithms,
  generateClientKey,
  importClientKey,
  publicJwk,
} from '../../src/oauth/clientKey.js';
import { preRegisteredClient, type OAuthClient } from '../../src/oauth/oauthClient.js';
import { Redacted } from '../../src/base/redacted.js';
import { clientFromRecord, clientToRecord } from '../../src/oauth/tokenSetRecord.js';
import { flowError } from './flowErrors.js';

const as = { issuer: 'https://as.example', token_endpoint: 'https://as.example/token' };

async function assertion(client: OAuthClient): Promise<string> {
  const body = new URLSearchParams();
  await clientAuthentication(client)(as, libraryClient(client), body, new Headers());
  assert.equal(body.get('client_id'), client.clientId);
  assert.equal(body.get('client_assertion_type'), 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  return body.get('client_assertion') ?? '';
}

describe('client authentication', () => {
  for (const algorithm of clientKeyAlgorithms) {
    it(`proves the client to its issuer alone, with ${algorithm}`, async () => {
      const key = await generateClientKey(algorithm);
      const client = clientFromRecord(
        JSON.parse(JSON.stringify(clientToRecord(preRegisteredClient(as, 'client-1', { key })))),
      );
      const jwk = publicJwk(key);
      const { payload, protectedHeader } = await jose.jwtVerify(
        await assertion(client),
        await jose.importJWK(jwk, algorithm),
        { issuer: 'client-1', subject: 'client-1', audience: as.issuer, maxTokenAge: 60 },
      );
      assert.equal(payload.aud, as.issuer);
      assert.ok(payload.jti !== undefined && (payload.exp ?? Infinity) <= (payload.iat ?? 0) + 60);
      assert.equal(protectedHeader.alg, algorithm);
      assert.equal(protectedHeader.kid, await jose.calculateJwkThumbprint(jwk));
    });

    it(`takes a ${algorithm} key made elsewhere, as PEM and as JWK`, async () => {
      const { privateKey, publicKey } = await jose.generateKeyPair(algorithm, { extractable: true });
      const jwk = { ...(await jose.exportJWK(privateKey)), kid: 'theirs', alg: algorithm, use: 'sig' };
      const pem = await importClientKey(await jose.exportPKCS8(privateKey));
      const imported = await importClientKey(JSON.stringify(jwk));
      assert.deepEqual([pem.kid, imported.kid], [undefined, 'theirs']);
      const line = await importClientKey((await jose.exportPKCS8(privateKey)).replaceAll('\n', ' '));
      for (const key of [pem, line, imported]) {
        const client = preRegisteredClient(as, 'client-1', { key });
        await jose.jwtVerify(await assertion(client), publicKey, { audience: as.issuer });
        const shown = inspect([key, client, JSON.stringify(client), publicJwk(key)], { depth: 9 });
        assert.ok(jwk.d !== undefined && !shown.includes(jwk.d), 'the private key is shown');
      }
    });
  }

  it('leaves a secret’s plain characters alone in Basic, and encodes the others', async () => {
    const headers = new Headers();
    const secret = new Redacted('a-b_c.d:e+f ü');
    const client = preRegisteredClient(as, 'client-1', { secret });
    await clientAuthentication(client)(as, libraryClient(client), new URLSearchParams(), headers);
    const sent = atob(headers.get('authorization')?.replace(/^Basic /, '') ?? '');
    assert.equal(sent, 'client-1:a-b_c.d%3Ae%2Bf+%C3%BC');
  });

  it('refuses a value that is not a private key, without repeating it', async () => {
    const pair = await jose.generateKeyPair('ES256', { extractable: true });
    const pem = await jose.exportPKCS8(pair.privateKey);
    for (const [text, problem] of [
      ['hunter2', /neither PEM nor JWK/],
      ['{"kty":"EC","d":"hunter2"', /not valid JSON/],
      ['{"kty":"oct","k":"hunter2"}', /no private key/],
      ['{"kty":"EC","crv":"P-256","d":"hunter2","x":"a","y":"b"}', /damaged/],
      ['{"kty":"EC","crv":"P-521","d":"hunter2"}', /not a key for ES256, RS256, EdDSA/],
      [await jose.exportSPKI(pair.publicKey), /no private key/],
      [pem.replaceAll('PRIVATE KEY', 'EC PRIVATE KEY'), /not in PKCS#8 form/],
      [pem.replace(/\n.{20}/, '\nhunter2hunter2hunter'), /not a key for/],
      ['-----BEGIN PRIVATE KEY-----\nhunter2=a\n-----END PRIVATE KEY-----', /damaged/],
    ] as const) {
      const error = await flowError('invalidClientKey', () => importClientKey(text));
      assert.match(error.message, problem);
      assert.doesNotMatch(inspect(error), /hunter2/);
    }
  });

  it('uses the key if the server accepts its algorithm, and otherwise the secret', async () => {
    const key = await generateClientKey('EdDSA');
    const secret = new Redacted('s');
    const method = (methods: string[] | undefined, algorithms?: string[]) =>
      preRegisteredClient(
        {
          ...as,
          ...(methods !== undefined && { token_endpoint_auth_methods_supported: methods }),
          ...(algorithms !== undefined && { token_endpoint_auth_signing_alg_values_supported: algorithms }),
        },
        'client-1',
        { key, secret },
      ).authMethod;
    assert.equal(method(['client_secret_basic', 'private_key_jwt']), 'private_key_jwt');
    assert.equal(method(['client_secret_post', 'private_key_jwt'], ['ES256']), 'client_secret_post');
    assert.equal(method(['private_key_jwt'], ['Ed25519']), 'private_key_jwt');
    assert.equal(method(['client_secret_post']), 'client_secret_post');
    assert.equal(method(undefined), 'client_secret_basic');
    assert.equal(preRegisteredClient(as, 'client-1', { key }).authMethod, 'private_key_jwt');
  });
});
