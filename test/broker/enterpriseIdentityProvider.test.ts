import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ClientSecrets } from '../../src/broker/clients/clientSecrets.js';
import { identityProviderAsServer } from '../../src/broker/settings/identityProviderSetting.js';
import { MetadataCache } from '../../src/broker/discovery/metadataCache.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { createCore } from '../../src/core/core.js';
import { Redacted } from '../../src/base/redacted.js';
import { signInAsUser } from '../demo/user.js';
import { closeServers } from '../oauth/scriptedServer.js';
import { startProtectedServer, startTokenServer } from './grantsWorld.js';
import { brokerClient, startOrganizationProvider, tokenExchange } from './identityProviderWorld.js';
import { ManualClock } from './manualClock.js';
import { MemoryLock, MemoryLog, MemoryMemory, MemorySecrets } from './memoryStores.js';
import { redirectReaches } from './redirectReaches.js';

describe('the organization’s identity provider', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await closeServers();
  });

  /** Starts a server whose authorization server trusts the organization's identity provider. */
  async function member(name: string, idp: Awaited<ReturnType<typeof startOrganizationProvider>>) {
    const as = await startTokenServer(
      ({ form }, origin) => {
        seen.push(idp.assertionClaims(form.get('assertion') ?? '', origin));
        const granted = { access_token: `${name}-token`, token_type: 'Bearer', scope: 'tools:read' };
        return { body: { ...granted, expires_in: 300 } };
      },
      { grant_types_supported: ['urn:ietf:params:oauth:grant-type:jwt-bearer'] },
    );
    const seen: Promise<unknown>[] = [];
    const upstream = await startProtectedServer([as.origin], (token) =>
      Promise.resolve(token === `${name}-token` ? ['tools:read'] : undefined),
    );
    closing.push(() => upstream.close());
    const oauth = { grant: 'enterpriseManaged', clientId: `${name}-client` } as const;
    const server: ServerConfig = { name, url: upstream.url, headers: {}, oauth };
    return { server, upstream, as, seen };
  }

  async function world() {
    const idp = await startOrganizationProvider();
    closing.push(() => idp.close());
    const wiki = await member('wiki', idp);
    const tracker = await member('tracker', idp);
    const config: { issuer: string; clientId: string } = { issuer: idp.issuer, clientId: brokerClient.id };
    const provider = identityProviderAsServer(config);
    const secrets = new MemorySecrets();
    const clientSecrets = new ClientSecrets(secrets);
    await clientSecrets.put(provider, brokerClient.id, new Redacted(brokerClient.secret));
    const memory = new MemoryMemory();
    const log = new MemoryLog();
    const clock = new ManualClock();
    const core = createCore({
      network: { fetch },
      platform: { secrets, memory, log, clock, lock: new MemoryLock() },
      settings: { servers: () => [wiki.server, tracker.server], identityProviderSetting: () => config },
      user: {
        answers: { clientSecrets, metadata: new MetadataCache(clock) },
        consentPrompt: () => ({ ask: () => Promise.resolve(false) }),
        confirmAccountChange: () => Promise.resolve('new'),
        redirects: (relay) => ({
          reach: () => Promise.resolve(redirectReaches.headless),
          uriHandler: () => Promise.resolve(undefined),
          loopback: (path, port) => relay.loopbackRedirect(path, port),
        }),
      },
    });
    closing.push(() => {
      core.dispose();
    });
    const signIn = async () => {
      const attempt = core.signIns.begin(provider, { deadline: 20_000 });
      const { address } = await attempt.launchPage();
      const callback = await signInAsUser(address, { email: '', password: '', consent: 'allow' });
      await (await fetch(callback)).text();
      return attempt.outcome;
    };
    const call = async ({ server }: { readonly server: ServerConfig }) => {
      const outcome = await core.authorizedFetch.send(server, {
        method: 'POST',
        headers: new Headers(),
        body: new TextEncoder().encode('read'),
        signal: AbortSignal.timeout(20_000),
      });
      if (outcome.kind === 'response') return String(outcome.response.status);
      return 'detail' in outcome ? `${outcome.kind}: ${outcome.detail}` : outcome.kind;
    };
    const status = async ({ server }: { readonly server: ServerConfig }) =>
      (await core.states.statusOf(server)).status;
    return { idp, wiki, tracker, config, provider, core, secrets, memory, log, clock, signIn, call, status };
  }

  it('needs one sign-in in the browser for all servers that trust it', async () => {
    const { idp, wiki, tracker, signIn, call, status } = await world();
    const outcome = await signIn();
    assert.ok(outcome.kind === 'signedIn', inspect(outcome));
    assert.equal(outcome.credential.account?.id, 'alice');
    assert.deepEqual([await call(wiki), await call(tracker)], ['200', '200']);
    assert.equal(idp.events.filter((event) => event === 'authorization_code').length, 1);
    assert.equal(idp.events.filter((event) => event === tokenExchange).length, 2);
    for (const { server, seen } of [wiki, tracker]) {
      const [claims] = (await Promise.all(seen)) as Record<string, unknown>[];
      assert.deepEqual([claims?.['sub'], claims?.['resource']], ['alice', server.url]);
    }
    assert.deepEqual([await status(wiki), await status(tracker)], ['ready', 'ready']);
  });

  it('is named in each server’s refusal if no user is signed in, without a request to the server', async () => {
    const { wiki, call, status, idp } = await world();
    const { host } = new URL(idp.issuer);
    assert.equal(
      await call(wiki),
      `failed: wiki relies on your organization's identity provider, ${host}, and you are not signed in there. Run “MCP OAuth: Sign In to Identity Provider…” once for all of these servers.`,
    );
    assert.equal(await status(wiki), 'signedOut');
    assert.deepEqual([wiki.upstream.tokens, idp.events], [[], []]);
  });

  it('has its ID token, refresh token and secret in secret storage only', async () => {
    const { signIn, call, wiki, secrets, memory, log, provider, core } = await world();
    const outcome = await signIn();
    await call(wiki);
    assert.ok(outcome.kind === 'signedIn');
    const { idToken, refreshToken } = outcome.credential.tokens;
    const values = [idToken, refreshToken].map((secret) => secret?.expose() ?? assert.fail('missing'));
    const kept = [...secrets.entries].filter(([, text]) => values.every((value) => text.includes(value)));
    assert.equal(kept.length, 1);
    assert.ok(kept[0]?.[0].startsWith(`credential ${provider.url} `));
    const elsewhere = inspect([...memory.entries, log.lines, outcome, await core.states.statusOf(provider)], {
      depth: 9,
    });
    for (const value of [...values, brokerClient.secret]) assert.ok(!elsewhere.includes(value));
    const others = [...secrets.entries].filter(([key]) => !key.startsWith(`credential ${provider.url} `));
    assert.ok(!inspect(others).includes(String(idToken?.expose())));
  });

  it('renews its ID token with the refresh token, without a question', async () => {
    const { signIn, call, wiki, tracker, clock, idp } = await world();
    await signIn();
    assert.equal(await call(wiki), '200');
    idp.idTokenSeconds = 3600;
    clock.advance(580_000);
    assert.deepEqual(await Promise.all([call(wiki), call(tracker)]), ['200', '200']);
    assert.equal(idp.events.filter((event) => event === 'refresh_token').length, 1);
    assert.ok(!idp.events.some((event) => event.includes('refused')), inspect(idp.events));
  });

  it('marks the sign-ins of its servers as ended when its own sign-in ends', async () => {
    const { signIn, call, wiki, clock, status, core, provider } = await world();
    await signIn();
    assert.equal(await call(wiki), '200');
    clock.advance(700_000);
    const held = await core.credentials.get(provider.url);
    assert.ok(held);
    const { refreshToken, ...tokens } = held.tokens;
    await core.credentials.put({ ...held, tokens });
    assert.match(await call(wiki), /^failed: wiki relies on .* you are not signed in there/);
    assert.equal(await status(wiki), 'expired');
  });

  it('requires a new sign-in after its client changes in the settings', async () => {
    const { signIn, call, wiki, config } = await world();
    await signIn();
    config.clientId = 'another';
    assert.match(await call(wiki), /you are not signed in there/);
  });

  it('is signed out with a receipt, and issues no more assertions', async () => {
    const { signIn, call, wiki, core, provider, secrets, clock } = await world();
    await signIn();
    await call(wiki);
    const receipt = await core.signOuts.signOut(provider);
    assert.ok(receipt.kind === 'signedOut');
    assert.equal(receipt.revocation.refreshToken, 'revoked');
    for (const [key, text] of secrets.entries)
      if (key.startsWith(`credential ${provider.url} `)) assert.ok(!text.includes('"tokens"'), key);
    clock.advance(301_000);
    assert.match(await call(wiki), /you are not signed in there/);
  });
});
