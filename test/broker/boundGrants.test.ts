import assert from 'node:assert/strict';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { createHash } from 'node:crypto';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { createHeadlessBroker, type HeadlessParts } from '../../src/headless/headlessBroker.js';
import { generateClientKey } from '../../src/oauth/clientKey.js';
import type { DeviceAuthorization } from '../../src/oauth/deviceAuthorization.js';
import { Redacted } from '../../src/base/redacted.js';
import { DpopVerification } from '../demo/dpopVerification.js';
import { closeServers } from '../oauth/scriptedServer.js';
import {
  clients,
  clientSecret,
  startGrantsProvider,
  startProtectedServer,
  startTokenServer,
} from './grantsWorld.js';
import { ManualClock } from './manualClock.js';
import { MemoryLock, MemoryLog, MemoryMemory, MemorySecrets } from './memoryStores.js';

type Closing = () => unknown;

/** An authorization server that binds tokens and has no sign-in page. */
const bindingMetadata = {
  dpop_signing_alg_values_supported: ['ES256'],
  grant_types_supported: ['client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
};

describe('tokens bound to a key, without a browser', () => {
  const closing: Closing[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await closeServers();
  });

  /**
   * Starts a broker and a server that accepts only bound tokens, each with a proof that contains its nonce.
   */
  async function world(
    issuer: string,
    scopesOf: Parameters<typeof startProtectedServer>[1],
    oauth: ServerConfig['oauth'],
    more: Partial<HeadlessParts> = {},
  ) {
    const proofs = new DpopVerification();
    proofs.nonce = 'nonce-1';
    const upstream = await startProtectedServer([issuer], scopesOf, proofs);
    const server: ServerConfig = { name: 'tools', url: upstream.url, headers: {}, oauth };
    const clock = new ManualClock();
    const broker = createHeadlessBroker({
      ...{ servers: () => [server], secrets: new MemorySecrets(), clock, fetch },
      ...{ memory: new MemoryMemory(), lock: new MemoryLock(), log: new MemoryLog() },
      resolver: { addressesOf: () => Promise.resolve([]) },
      consentPrompt: { ask: () => Promise.resolve(false) },
      confirmAccountChange: () => Promise.resolve('neither'),
      ...more,
    });
    closing.push(
      () => upstream.close(),
      () => broker.dispose(),
    );
    const call = async () => {
      const outcome = await broker.authorizedFetch.send(server, {
        method: 'POST',
        headers: new Headers(),
        body: new TextEncoder().encode('read'),
        signal: AbortSignal.timeout(20_000),
      });
      return outcome.kind === 'response' ? outcome.response.status : outcome;
    };
    return { proofs, server, clock, broker, call };
  }

  async function certified(oauth: ServerConfig['oauth']) {
    const provider = await startGrantsProvider(await generateClientKey('ES256'));
    closing.push(() => provider.close());
    const scopesOf = (token: string, resource: string) => provider.scopesOf(token, resource);
    return { provider, ...(await world(provider.issuer, scopesOf, oauth)) };
  }

  it('are issued for client credentials, with the nonces of both servers', async () => {
    const { broker, server, proofs, call } = await certified({
      grant: 'clientCredentials',
      clientId: clients.secret,
    });
    await broker.clientSecrets.put(server, clients.secret, new Redacted(clientSecret));
    assert.equal(await call(), 200);
    assert.equal(await call(), 200);
    const { tokens } = (await broker.credentials.get(server.url)) ?? assert.fail();
    const { cnf } = decodeJwt<{ cnf: { jkt: string } }>(tokens.accessToken.expose());
    assert.equal(cnf.jkt, await tokens.dpopKey?.thumbprint());
    assert.deepEqual(proofs.faults, ['use_dpop_nonce']);
    assert.deepEqual(new Set(proofs.proven.map(({ thumbprint }) => thumbprint)), new Set([cnf.jkt]));
  });

  it('are issued for a device-code sign-in and renewed with the same key', async () => {
    const { provider, broker, server, clock, proofs, call } = await certified({ clientId: clients.device });
    const attempt = broker.signIns.begin(server, { deadline: 600_000 });
    const device = await new Promise<DeviceAuthorization>((resolve, reject) => {
      void attempt.useCode(resolve);
      void attempt.outcome.then((outcome) => reject(new Error(outcome.kind)));
    });
    await provider.approve(device.userCode, server.url);
    clock.advance(device.interval);
    const outcome = await attempt.outcome;
    assert.ok(outcome.kind === 'signedIn', outcome.kind);
    assert.equal(outcome.credential.tokens.tokenType, 'DPoP');
    assert.equal(await call(), 200);
    clock.advance(295_000);
    assert.equal(await call(), 200);
    assert.equal(new Set(proofs.proven.map(({ thumbprint }) => thumbprint)).size, 1);
  });

  /** Returns a token endpoint that binds its tokens and requires a proof with its nonce. */
  function binding(assertions: (string | null)[]) {
    return startTokenServer(({ form, headers }) => {
      assertions.push(form.get('assertion'));
      const proof = String(headers['dpop']);
      const refused = {
        status: 400,
        headers: { 'DPoP-Nonce': 'as-nonce' },
        body: { error: 'use_dpop_nonce' },
      };
      if (decodeJwt(proof)['nonce'] !== 'as-nonce') return refused;
      const { crv, kty, x, y } = decodeProtectedHeader(proof).jwk ?? assert.fail();
      const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty, x, y }));
      const access_token = new UnsecuredJWT({ cnf: { jkt: thumbprint.digest('base64url') } }).encode();
      return { body: { access_token, token_type: 'DPoP', expires_in: 300 } };
    }, bindingMetadata);
  }

  it("are issued for a workload's assertion, which is sent again only because the nonce was missing", async () => {
    const assertions: (string | null)[] = [];
    const as = await binding(assertions);
    const assertion = new UnsecuredJWT({ sub: 'build', aud: as.origin }).encode();
    const { proofs, call } = await world(
      as.origin,
      () => Promise.resolve(['tools:read']),
      { grant: 'jwtBearer', clientId: 'workload' },
      { assertions: { read: () => Promise.resolve(new Redacted(assertion)) } },
    );
    assert.equal(await call(), 200);
    assert.deepEqual(assertions, [assertion, assertion]);
    assert.equal(proofs.proven.length, 1);
  });

  it("are issued for an identity provider's assertion, while the identity provider binds none", async () => {
    const assertions: (string | null)[] = [];
    const as = await binding(assertions);
    const { privateKey } = await generateKeyPair('ES256');
    const assertion = await new SignJWT({ sub: 'alice' })
      .setProtectedHeader({ alg: 'ES256', typ: 'oauth-id-jag+jwt' })
      .setAudience(as.origin)
      .sign(privateKey);
    const idJag = 'urn:ietf:params:oauth:token-type:id-jag';
    const proofsAtProvider: unknown[] = [];
    const idp = await startTokenServer(
      ({ headers }) => {
        proofsAtProvider.push(headers['dpop']);
        const body = {
          access_token: assertion,
          issued_token_type: idJag,
          token_type: 'N_A',
          expires_in: 300,
        };
        return { body };
      },
      { authorization_endpoint: 'https://identity.example/authorize' },
    );
    const { proofs, call } = await world(
      as.origin,
      () => Promise.resolve(['tools:read']),
      { grant: 'enterpriseManaged', clientId: 'broker-there' },
      {
        identityProvider: {
          ...{ issuer: idp.origin, clientId: 'broker' },
          idToken: () => Promise.resolve(new Redacted('id-token')),
        },
      },
    );
    assert.equal(await call(), 200);
    assert.deepEqual(assertions, [assertion, assertion]);
    assert.deepEqual(proofsAtProvider, [undefined]);
    assert.equal(proofs.proven.length, 1);
  });

  it('are required: a Bearer token in their place is refused', async () => {
    const as = await startTokenServer(
      () => ({ body: { access_token: 'unbound', token_type: 'Bearer', expires_in: 300 } }),
      bindingMetadata,
    );
    const oauth = { grant: 'clientCredentials', clientId: clients.secret } as const;
    const { broker, server, call } = await world(as.origin, () => Promise.resolve(['tools:read']), oauth);
    await broker.clientSecrets.put(server, clients.secret, new Redacted(clientSecret));
    const outcome = await call();
    assert.ok(typeof outcome !== 'number' && outcome.kind === 'failed');
    assert.match(outcome.detail, /not bound to the key/);
    assert.equal(await broker.credentials.get(server.url), undefined);
  });
});
