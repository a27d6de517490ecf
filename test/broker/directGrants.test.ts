import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { decodeJwt, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { AccessTokens } from '../../src/broker/tokens/accessTokens.js';
import { AuthorizedFetch, type UpstreamRequest } from '../../src/broker/fetch/authorizedFetch.js';
import { ClientSecrets } from '../../src/broker/clients/clientSecrets.js';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import { DirectGrants, type DirectGrantParts } from '../../src/broker/tokens/directGrants.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { ServerStates } from '../../src/broker/status/serverStates.js';
import { generateClientKey } from '../../src/oauth/clientKey.js';
import { Redacted } from '../../src/base/redacted.js';
import { closeServers, type ScriptedServer } from '../oauth/scriptedServer.js';
import {
  clients,
  clientSecret,
  startGrantsProvider,
  startProtectedServer,
  startTokenServer,
  type GrantsProvider,
} from './grantsWorld.js';
import { ManualClock } from './manualClock.js';
import { MemoryLock, MemoryLog, MemorySecrets } from './memoryStores.js';

type Settings = ServerConfig['oauth'];

/** A window of the broker, over storage that another window may share. */
class Window {
  readonly clock = new ManualClock();
  readonly log = new MemoryLog();
  readonly credentials: CredentialStore;
  readonly states: ServerStates;
  readonly clientSecrets: ClientSecrets;
  readonly fetch: AuthorizedFetch;

  constructor(
    more: Partial<DirectGrantParts> = {},
    readonly secrets = new MemorySecrets(),
    lock = new MemoryLock(),
  ) {
    const { clock, log } = this;
    this.credentials = new CredentialStore(secrets, log);
    this.states = new ServerStates(this.credentials, clock);
    this.clientSecrets = new ClientSecrets(secrets);
    const network = { fetch };
    const grants = new DirectGrants({ clientSecrets: this.clientSecrets, clock, http: network, ...more });
    const tokens = new AccessTokens(this.credentials, this.states, lock, clock, log, network, grants);
    this.fetch = new AuthorizedFetch(tokens, this.states, fetch, log);
  }

  async call(
    server: ServerConfig,
    what = 'read',
  ): Promise<{ readonly kind: string; readonly detail?: string }> {
    const request: UpstreamRequest = {
      method: 'POST',
      headers: new Headers(),
      body: new TextEncoder().encode(what),
      signal: AbortSignal.timeout(20_000),
    };
    const outcome = await this.fetch.send(server, request);
    if (outcome.kind === 'response') return { kind: `response ${outcome.response.status}` };
    return { kind: outcome.kind, ...('detail' in outcome && { detail: outcome.detail }) };
  }

  async status(server: ServerConfig): Promise<string> {
    return (await this.states.statusOf(server)).status;
  }
}

function serverWith(url: string, oauth: Settings): ServerConfig {
  return { name: 'tools', url, headers: {}, oauth };
}

describe('client credentials', () => {
  let provider: GrantsProvider;
  let upstream: Awaited<ReturnType<typeof startProtectedServer>>;
  const keyed = generateClientKey('ES256');
  before(async () => {
    provider = await startGrantsProvider(await keyed);
    upstream = await startProtectedServer([provider.issuer], (token, resource) =>
      provider.scopesOf(token, resource),
    );
  });
  beforeEach(() => void upstream.tokens.splice(0));
  after(async () => {
    await upstream.close();
    await provider.close();
  });
  afterEach(closeServers);
  const server = (clientId: string, more: Settings = {}) =>
    serverWith(upstream.url, { grant: 'clientCredentials', clientId, ...more });

  it('let a call through with a secret, without a user sign-in', async () => {
    const window = new Window();
    const tools = server(clients.secret);
    await window.clientSecrets.put(tools, clients.secret, new Redacted(clientSecret));
    assert.equal(await window.status(tools), 'unknown');
    assert.deepEqual(await window.call(tools), { kind: 'response 200' });
    assert.equal(await window.status(tools), 'ready');
    assert.deepEqual((await window.credentials.get(tools.url))?.tokens.scopes, ['tools:read']);
    assert.doesNotMatch(inspect(window.log.lines), new RegExp(clientSecret));
  });

  it('let a call through with a key', async () => {
    const window = new Window();
    const tools = server(clients.key);
    await window.clientSecrets.putKey(tools, clients.key, await keyed);
    assert.deepEqual(await window.call(tools), { kind: 'response 200' });
    assert.equal(decodeJwt(upstream.tokens[0] ?? '')['client_id'], clients.key);
  });

  it('are requested once, for any number of calls and windows', async () => {
    const lock = new MemoryLock();
    const one = new Window({}, undefined, lock);
    const other = new Window({}, one.secrets, lock);
    const tools = server(clients.secret);
    await one.clientSecrets.put(tools, clients.secret, new Redacted(clientSecret));
    await Promise.all([one, other, one, other].map((window) => window.call(tools)));
    assert.equal(new Set(upstream.tokens).size, 1);
  });

  it('are requested again after expiry, and the user sees the same client', async () => {
    const window = new Window();
    const tools = server(clients.secret);
    await window.clientSecrets.put(tools, clients.secret, new Redacted(clientSecret));
    await window.call(tools);
    const first = await window.credentials.get(tools.url);
    window.clock.advance(299_000);
    assert.equal(await window.status(tools), 'ready');
    assert.deepEqual(await window.call(tools), { kind: 'response 200' });
    assert.equal(new Set(upstream.tokens).size, 2);
    assert.equal((await window.credentials.get(tools.url))?.id, first?.id);
  });

  it('gain the scopes that a tool needs, within the same call', async () => {
    const window = new Window();
    const tools = server(clients.secret);
    await window.clientSecrets.put(tools, clients.secret, new Redacted(clientSecret));
    await window.call(tools);
    assert.deepEqual(await window.call(tools, 'write'), { kind: 'response 200' });
    assert.deepEqual((await window.credentials.get(tools.url))?.tokens.scopes, ['tools:read', 'tools:write']);
    assert.equal(await window.status(tools), 'ready');
  });

  it("report what is missing: the client, its proof, or the server's acceptance", async () => {
    const window = new Window();
    const nobody = await window.call(serverWith(upstream.url, { grant: 'clientCredentials' }));
    assert.equal(nobody.kind, 'failed');
    assert.match(nobody.detail ?? '', /requires a client registered at/);
    const bare = await window.call(server(clients.secret));
    assert.match(bare.detail ?? '', /neither a secret nor a key/);
    await window.clientSecrets.put(server(clients.secret), clients.secret, new Redacted('wrong-secret'));
    const wrong = await window.call(server(clients.secret));
    assert.match(wrong.detail ?? '', /invalid_client/);
    assert.doesNotMatch(inspect([wrong, window.log.lines]), /wrong-secret/);
    assert.equal(await window.status(server(clients.secret)), 'misconfigured');
    assert.deepEqual(upstream.tokens, []);
  });

  it('never send the secret to an authorization server that the MCP server names later', async () => {
    const window = new Window();
    const tools = server(clients.secret);
    await window.clientSecrets.put(tools, clients.secret, new Redacted(clientSecret));
    await window.clientSecrets.get(tools, clients.secret, 'https://as.example');
    const outcome = await window.call(tools);
    assert.equal(outcome.kind, 'failed');
    assert.match(outcome.detail ?? '', /belongs to https:\/\/as\.example/);
  });

  it('that the server rejects are a denial, without a sign-in prompt', async () => {
    const strict = await startProtectedServer([provider.issuer], () => Promise.resolve(undefined));
    try {
      const window = new Window();
      const tools = serverWith(strict.url, { grant: 'clientCredentials', clientId: clients.secret });
      await window.clientSecrets.put(tools, clients.secret, new Redacted(clientSecret));
      const outcome = await window.call(tools);
      assert.equal(outcome.kind, 'denied');
      assert.match(outcome.detail ?? '', /does not accept the token/);
      assert.equal(await window.status(tools), 'denied');
      assert.equal(strict.tokens.length, 2);
    } finally {
      await strict.close();
    }
  });

  it('do not use an earlier user sign-in, and a user sign-in does not use them', async () => {
    const window = new Window();
    const tools = server(clients.secret);
    await window.clientSecrets.put(tools, clients.secret, new Redacted(clientSecret));
    await window.call(tools);
    upstream.tokens.splice(0);
    assert.deepEqual((await window.call(serverWith(upstream.url, {}))).kind, 'consentNeeded');
    assert.deepEqual(upstream.tokens, []);
  });
});

describe('a workload’s identity (JWT bearer)', () => {
  afterEach(closeServers);

  async function workload(claims: Record<string, unknown>, oauth: Settings = {}) {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const seen: string[] = [];
    const as: ScriptedServer = await startTokenServer(
      ({ form }) => {
        assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
        seen.push(form.get('assertion') ?? '');
        return form.get('scope') === 'tools:read'
          ? { body: { access_token: 'workload-token', token_type: 'Bearer', expires_in: 300 } }
          : {
              status: 400,
              body: {
                error: 'invalid_scope',
                error_description: form.get('assertion'),
              },
            };
      },
      { grant_types_supported: ['urn:ietf:params:oauth:grant-type:jwt-bearer'] },
    );
    const upstream = await startProtectedServer([as.origin], (token) =>
      Promise.resolve(token === 'workload-token' ? ['tools:read'] : undefined),
    );
    const assertion = await new SignJWT({ sub: 'build', aud: as.origin, ...claims })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('https://platform.example')
      .setExpirationTime('5m')
      .sign(privateKey);
    let reads = 0;
    const window = new Window({
      assertions: { read: () => Promise.resolve(++reads > 0 ? new Redacted(assertion) : undefined) },
    });
    const tools = serverWith(upstream.url, { grant: 'jwtBearer', clientId: 'workload', ...oauth });
    return { as, upstream, window, tools, seen, assertion, publicKey, reads: () => reads };
  }

  it('gets its tokens for the assertion, which is read when it is needed', async () => {
    const { window, tools, seen, publicKey, as, upstream, reads, assertion } = await workload({});
    try {
      assert.equal(reads(), 0);
      assert.deepEqual(await window.call(tools), { kind: 'response 200' });
      assert.equal(await window.status(tools), 'ready');
      assert.deepEqual([reads(), seen.length], [1, 1]);
      await jwtVerify(seen[0] ?? '', publicKey, { audience: as.origin });
      assert.doesNotMatch(inspect(window.log.lines), new RegExp(assertion.slice(20, 60)));
    } finally {
      await upstream.close();
    }
  });

  it('is not sent to an authorization server that accepts none', async () => {
    const { window, tools, seen, upstream } = await workload({ aud: [] });
    try {
      assert.match((await window.call(tools)).detail ?? '', /assertion is not for/);
      assert.deepEqual(seen, []);
    } finally {
      await upstream.close();
    }
  });

  it('is not sent to an authorization server other than its audience, unless that one is configured', async () => {
    const { window, tools, seen, upstream, as } = await workload({ aud: 'https://as.example' });
    try {
      const outcome = await window.call(tools);
      assert.equal(outcome.kind, 'failed');
      assert.match(outcome.detail ?? '', /assertion is not for/);
      assert.deepEqual(seen, []);
      const pinned = { ...tools, oauth: { ...tools.oauth, authorizationServer: as.origin } };
      assert.deepEqual(await window.call(pinned), { kind: 'response 200' });
    } finally {
      await upstream.close();
    }
  });

  it('is not sent anywhere after it has expired', async () => {
    const { window, tools, seen, upstream } = await workload({});
    try {
      window.clock.advance(301_000);
      const outcome = await window.call(tools);
      assert.equal(
        outcome.detail,
        "The workload's assertion for “tools” has expired. Make sure that its platform renews it.",
      );
      assert.deepEqual(seen, []);
      assert.equal(await window.status(tools), 'misconfigured');
    } finally {
      await upstream.close();
    }
  });

  it('is sent once if it is refused, and no other grant is tried', async () => {
    const { window, tools, as, upstream, assertion } = await workload({}, { scopes: ['tools:admin'] });
    try {
      const outcome = await window.call(tools);
      assert.match(outcome.detail ?? '', /invalid_scope/);
      assert.equal(as.requests.filter(({ path }) => path === '/token').length, 1);
      assert.doesNotMatch(inspect([outcome, window.log.lines]), new RegExp(assertion.slice(20, 60)));
    } finally {
      await upstream.close();
    }
  });
});
