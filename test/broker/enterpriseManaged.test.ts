import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { AccessTokens } from '../../src/broker/tokens/accessTokens.js';
import { AuthorizedFetch } from '../../src/broker/fetch/authorizedFetch.js';
import { ClientSecrets } from '../../src/broker/clients/clientSecrets.js';
import { DirectGrants } from '../../src/broker/tokens/directGrants.js';
import { identityProviderAsServer } from '../../src/broker/settings/identityProviderSetting.js';
import { ServerDecisions } from '../../src/broker/settings/serverDecisions.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { Redacted } from '../../src/base/redacted.js';
import { flowError } from '../oauth/flowErrors.js';
import { closeServers, scriptedServer } from '../oauth/scriptedServer.js';
import { BrokerWindow } from './brokerWindow.js';
import { startProtectedServer, startTokenServer } from './grantsWorld.js';
import { ManualClock } from './manualClock.js';
import { MemoryMemory, MemorySecrets } from './memoryStores.js';

const idJag = 'urn:ietf:params:oauth:token-type:id-jag';

/** Deviations of the identity provider from the standard. */
interface Faults {
  readonly audience?: string;
  readonly type?: string;
  readonly issuedType?: string;
}

/**
 * Starts an organization's identity provider and two MCP servers, each with its own authorization server
 * that trusts it.
 */
async function organization(faults: Faults = {}) {
  const keys = await generateKeyPair('ES256');
  const signed = (claims: Record<string, unknown>, typ: string, issuer: string) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ })
      .setIssuer(issuer)
      .setIssuedAt()
      .setJti(crypto.randomUUID())
      .setExpirationTime('5m')
      .sign(keys.privateKey);
  const exchanged: { audience: string; resource: string | null; assertion: string }[] = [];
  const answers = new Map<string, string>();
  const naming: { ofItself?: string } = {};
  const idp = await scriptedServer((request, origin) => {
    if (request.path.startsWith('/.well-known/openid-configuration')) {
      const endpoints = { authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/token` };
      return { body: { issuer: naming.ofItself ?? origin, ...endpoints } };
    }
    if (request.path !== '/token') return undefined;
    const { form } = request;
    assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:token-exchange');
    assert.equal(form.get('requested_token_type'), idJag);
    assert.equal(form.get('subject_token_type'), 'urn:ietf:params:oauth:token-type:id_token');
    const credentials = request.headers.authorization?.slice('Basic '.length) ?? '';
    if (atob(credentials) !== 'broker:idp-hunter2') return { status: 401, body: { error: 'invalid_client' } };
    if (form.get('subject_token') !== idToken) return { status: 400, body: { error: 'invalid_grant' } };
    const audience = form.get('audience') ?? '';
    const assertion = answers.get(audience) ?? '';
    exchanged.push({ audience, resource: form.get('resource'), assertion });
    const type = faults.issuedType ?? idJag;
    return { body: { access_token: assertion, issued_token_type: type, token_type: 'N_A', expires_in: 300 } };
  });
  const idToken = await signed({ sub: 'alice', aud: 'broker' }, 'JWT', idp.origin);
  const seen: { issuer: string; assertion: string; resource: string | null }[] = [];
  const member = async (name: string) => {
    const as = await startTokenServer(
      ({ form }, origin) => {
        assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
        const assertion = form.get('assertion') ?? '';
        seen.push({ issuer: origin, assertion, resource: form.get('resource') });
        const body = {
          access_token: `${name}-token`,
          token_type: 'Bearer',
          expires_in: 300,
          scope: 'tools:read',
        };
        return { body };
      },
      { grant_types_supported: ['urn:ietf:params:oauth:grant-type:jwt-bearer'] },
    );
    const upstream = await startProtectedServer([as.origin], (token) =>
      Promise.resolve(token === `${name}-token` ? ['tools:read'] : undefined),
    );
    const claims = { sub: 'alice', client_id: `${name}-client`, resource: upstream.url };
    const aud = faults.audience ?? as.origin;
    answers.set(as.origin, await signed({ ...claims, aud }, faults.type ?? 'oauth-id-jag+jwt', idp.origin));
    const server: ServerConfig = {
      name,
      url: upstream.url,
      headers: {},
      oauth: { grant: 'enterpriseManaged', clientId: `${name}-client` },
    };
    upstreams.push(upstream);
    return { as, upstream, server };
  };
  const upstreams: { close(): Promise<void> }[] = [];
  const wiki = await member('wiki');
  const tracker = await member('tracker');
  const secrets = new ClientSecrets(new MemorySecrets());
  await secrets.put({ name: 'idp', url: idp.origin }, 'broker', new Redacted('idp-hunter2'));
  const session = { token: new Redacted(idToken) as Redacted | undefined };
  const grants = new DirectGrants({
    clientSecrets: secrets,
    clock: new ManualClock(),
    http: { fetch },
    identityProvider: {
      issuer: idp.origin,
      clientId: 'broker',
      idToken: () => Promise.resolve(session.token),
    },
  });
  return {
    ...{ idp, wiki, tracker, grants, secrets, session, exchanged, seen, publicKey: keys.publicKey },
    misname: () => (naming.ofItself = `${idp.origin}/elsewhere`),
    close: () => Promise.all(upstreams.map((upstream) => upstream.close())),
  };
}

describe('enterprise-managed authorization', () => {
  let close: () => Promise<unknown> = () => Promise.resolve();
  afterEach(async () => {
    await close();
    await closeServers();
  });
  const started = async (faults?: Faults) => {
    const world = await organization(faults);
    close = world.close;
    return world;
  };

  it('gets tokens at each server’s authorization server from one sign-in at the identity provider', async () => {
    const { grants, wiki, tracker, exchanged, seen, publicKey, idp } = await started();
    for (const { as, server } of [wiki, tracker]) {
      const credential = await grants.obtain(server, 'enterpriseManaged');
      assert.equal(credential?.tokens.accessToken.expose(), `${server.name}-token`);
      assert.equal(credential.as.issuer, as.origin);
      const asked = exchanged.at(-1);
      assert.deepEqual([asked?.audience, asked?.resource], [as.origin, server.url]);
      const brought = seen.at(-1);
      assert.equal(brought?.issuer, as.origin);
      const { payload } = await jwtVerify(brought.assertion, publicKey, {
        ...{ audience: as.origin, issuer: idp.origin, typ: 'oauth-id-jag+jwt' },
      });
      assert.deepEqual([payload['client_id'], payload['resource']], [`${server.name}-client`, server.url]);
    }
  });

  it('applies only the exception that the user accepted at the identity provider’s sign-in', async () => {
    const { idp, wiki, session, secrets, exchanged, misname } = await started();
    misname();
    const decisions = new ServerDecisions(new MemoryMemory());
    const grants = new DirectGrants({
      ...{ clientSecrets: secrets, clock: new ManualClock(), http: { fetch }, decisions },
      identityProvider: {
        ...{ issuer: idp.origin, clientId: 'broker' },
        idToken: () => Promise.resolve(session.token),
      },
    });
    const obtain = () => grants.obtain(wiki.server, 'enterpriseManaged');
    await decisions.acceptException(wiki.server, idp.origin, 'issuerMismatch');
    await flowError('issuerMismatch', obtain);
    const provider = identityProviderAsServer({ issuer: idp.origin, clientId: 'broker' });
    await decisions.acceptException(provider, idp.origin, 'issuerMismatch');
    assert.equal((await obtain())?.tokens.accessToken.expose(), 'wiki-token');
    assert.equal(exchanged.length, 1);
  });

  it('reports a denial of the scopes, naming the identity provider, without a sign-in prompt', async () => {
    const { grants, wiki, tracker, idp } = await started();
    const window = new BrokerWindow();
    const { credentials, states, clock, shared } = window;
    const { lock, log } = shared;
    const tokens = new AccessTokens(credentials, states, lock, clock, log, { fetch }, grants);
    const call = (server: ServerConfig, answer: () => Response) =>
      new AuthorizedFetch(tokens, states, () => Promise.resolve(answer()), log).send(server, {
        ...{ method: 'POST', headers: new Headers(), signal: AbortSignal.timeout(10_000) },
      });
    const { host } = new URL(idp.origin);
    const refused = await call(wiki.server, () => new Response(null, { status: 401 }));
    assert.ok(refused.kind === 'denied', refused.kind);
    assert.match(refused.detail, new RegExp(`does not accept the token .* on the authority of ${host}\\.`));
    const challenge = 'Bearer error="insufficient_scope", scope="tools:admin"';
    const headers = { 'www-authenticate': challenge };
    const more = await call(tracker.server, () => new Response(null, { status: 403, headers }));
    assert.ok(more.kind === 'denied', more.kind);
    assert.match(
      more.detail,
      new RegExp(`requests tools:admin, .* does not grant on the authority of ${host}\\.`),
    );
    assert.equal((await states.statusOf(tracker.server)).status, 'denied');
  });

  it('requires a user sign-in if no user is signed in at the identity provider', async () => {
    const { grants, wiki, session, exchanged } = await started();
    session.token = undefined;
    const error = await flowError('identityProviderSignInRequired', () =>
      grants.obtain(wiki.server, 'enterpriseManaged'),
    );
    assert.match(error.message, /wiki .* you are not signed in there/);
    assert.match(error.details.fix, /“MCP OAuth: Sign In to Identity Provider…”/);
    assert.deepEqual(exchanged, []);
  });

  for (const [what, faults] of [
    ['for another authorization server', { audience: 'https://as.example' }],
    ['of another type', { type: 'JWT' }],
    ['that is an access token', { issuedType: 'urn:ietf:params:oauth:token-type:access_token' }],
  ] as const) {
    it(`sends no assertion ${what}`, async () => {
      const { grants, wiki, seen } = await started(faults);
      const error = await flowError('invalidTokenResponse', () =>
        grants.obtain(wiki.server, 'enterpriseManaged'),
      );
      assert.match(error.message, /assertion/);
      assert.deepEqual(seen, []);
    });
  }

  it('reports the identity provider’s denial without an ID token or a secret', async () => {
    const { grants, wiki, session, seen } = await started();
    session.token = new Redacted('hunter2.hunter2.hunter2');
    const error = await flowError('tokenRequestRefused', () =>
      grants.obtain(wiki.server, 'enterpriseManaged'),
    );
    assert.equal(error.details.oauthError, 'invalid_grant');
    assert.doesNotMatch(inspect(error), /hunter2/);
    assert.deepEqual(seen, []);
  });

  it('explains what to configure if no identity provider is configured', async () => {
    const { wiki, secrets } = await started();
    const none = new DirectGrants({ clientSecrets: secrets, clock: new ManualClock(), http: { fetch } });
    const error = await flowError('clientIdRequired', () => none.obtain(wiki.server, 'enterpriseManaged'));
    assert.equal(error.details.field, 'mcpOAuthBroker.enterpriseIdentityProvider');
  });
});
