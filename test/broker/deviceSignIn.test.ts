import assert from 'node:assert/strict';
import { ClientStore } from '../../src/broker/clients/clientStore.js';
import { createHeadlessBroker } from '../../src/headless/headlessBroker.js';
import { deviceCodeGrantType, type DeviceAuthorization } from '../../src/oauth/deviceAuthorization.js';
import { generateClientKey } from '../../src/oauth/clientKey.js';
import type { OAuthClient } from '../../src/oauth/oauthClient.js';
import { flowError } from '../oauth/flowErrors.js';
import { clients, startGrantsProvider, startProtectedServer } from './grantsWorld.js';
import { ManualClock } from './manualClock.js';
import { MemoryLock, MemoryLog, MemoryMemory, MemorySecrets } from './memoryStores.js';

/** Starts a broker, one protected server, and a certified authorization server that issues device codes. */
async function world(clientId?: string) {
  const provider = await startGrantsProvider(await generateClientKey('ES256'));
  const upstream = await startProtectedServer([provider.issuer], (token, resource) =>
    provider.scopesOf(token, resource),
  );
  const server = {
    ...{ name: 'tools', url: upstream.url, headers: {} },
    oauth: clientId === undefined ? {} : { clientId },
  };
  const clock = new ManualClock();
  const secrets = new MemorySecrets();
  const broker = createHeadlessBroker({
    ...{ servers: () => [server], secrets, clock, fetch },
    ...{ memory: new MemoryMemory(), lock: new MemoryLock(), log: new MemoryLog() },
    resolver: { addressesOf: () => Promise.resolve([]) },
    consentPrompt: { ask: () => Promise.resolve(false) },
    confirmAccountChange: () => Promise.resolve('neither'),
  });
  const begin = async () => {
    const attempt = broker.signIns.begin(server, { deadline: 600_000 });
    const device = await new Promise<DeviceAuthorization>((resolve, reject) => {
      void attempt.useCode(resolve);
      void attempt.outcome.then((outcome) =>
        reject(outcome.kind === 'failed' ? outcome.error : new Error(outcome.kind)),
      );
    });
    return { attempt, device };
  };
  const close = async () => {
    broker.dispose();
    await upstream.close();
    await provider.close();
  };
  return { provider, server, clock, secrets, broker, begin, close };
}

const registered = (clientId: string): OAuthClient => ({
  ...{ clientId, authMethod: 'none', source: 'registered', redirectUris: [] },
});

describe('device-code sign-in', () => {
  it('is offered if the authorization server issues device codes', async () => {
    const { server, broker, close } = await world();
    try {
      const attempt = broker.signIns.begin(server, { deadline: 600_000 });
      assert.equal(await attempt.offersCode(), true);
      assert.equal(attempt.phase, 'waitingForBrowser', 'only looked at');
      attempt.cancel();
      assert.equal(await attempt.offersCode(), true, 'known from before');
    } finally {
      await close();
    }
  });

  it("opens its page through the broker's own address, which redirects only to the server's page", async () => {
    const { broker, begin, close } = await world(clients.device);
    try {
      const { attempt } = await begin();
      const given =
        'https://as.example/device?user_code=A%2BB&next=https%3A%2F%2Fas.example%2Fa%3Fb%3D1%26c%3D%252B#x';
      const page = await attempt.pageTo(new URL(given));
      assert.match(page.address, /^http:\/\/127\.0\.0\.1:\d+\/sign-in\/[\w-]{43}$/);
      const response = await fetch(page.address, { redirect: 'manual' });
      assert.deepEqual([response.status, response.headers.get('location')], [302, given]);
      assert.equal(attempt.phase, 'waitingForConsent');
      attempt.cancel();
      assert.equal((await fetch(page.address, { redirect: 'manual' })).status, 404);
    } finally {
      await close();
      broker.dispose();
    }
  });

  it('may take longer than the default deadline of a sign-in', async () => {
    const { server, clock, broker, close } = await world();
    try {
      const attempt = broker.signIns.begin(server, { deadline: 60_000 });
      attempt.prolong(120_000);
      clock.advance(119_999);
      assert.equal(attempt.hasEnded, false);
      clock.advance(1);
      assert.equal((await attempt.outcome).kind, 'timedOut');
      attempt.prolong(1);
    } finally {
      await close();
    }
  });

  for (const clientId of [clients.device, undefined]) {
    it(`signs in with a client ${clientId === undefined ? 'that it registers' : 'of the settings'}`, async () => {
      const { provider, server, clock, secrets, broker, begin, close } = await world(clientId);
      try {
        const { attempt, device } = await begin();
        assert.equal(attempt.phase, 'waitingForConsent');
        assert.equal((await broker.states.statusOf(server)).status, 'awaitingConsent');
        await provider.approve(device.userCode, server.url);
        clock.advance(device.interval);
        const outcome = await attempt.outcome;
        assert.ok(outcome.kind === 'signedIn', outcome.kind);
        assert.equal(outcome.credential.account?.label, 'alice@example.org');
        assert.equal((await broker.states.statusOf(server)).status, 'ready');
        assert.equal(
          [...secrets.entries.keys()].some((key) => key.includes('device_code')),
          clientId === undefined,
        );
      } finally {
        await close();
      }
    });
  }

  it('deletes the registered client but keeps a refused client of the settings', async () => {
    const { provider, secrets, clock, begin, close } = await world('unknown-there');
    try {
      const stored = new ClientStore(secrets, clock);
      await stored.put(provider.issuer, deviceCodeGrantType, registered('registered'));
      const error = await flowError('authorizationRefused', begin);
      assert.equal(error.details.oauthError, 'invalid_client');
      assert.equal((await stored.get(provider.issuer, deviceCodeGrantType))?.clientId, 'registered');
    } finally {
      await close();
    }
    const { provider: again, secrets: others, clock: time, begin: retry, close: end } = await world();
    try {
      const stored = new ClientStore(others, time);
      await stored.put(again.issuer, deviceCodeGrantType, registered('forgotten'));
      await flowError('authorizationRefused', retry);
      assert.equal(await stored.get(again.issuer, deviceCodeGrantType), undefined);
    } finally {
      await end();
    }
  });

  it('uses the client ID of the settings only at the issuer it has signed in with', async () => {
    const { secrets, clock, server, begin, close } = await world(clients.device);
    try {
      const elsewhere = 'https://as.example';
      await new ClientStore(secrets, clock).rememberIssuer(server.url, clients.device, elsewhere);
      const error = await flowError('clientOfAnotherIssuer', begin);
      assert.match(error.message, /belongs to https:\/\/as\.example/);
    } finally {
      await close();
    }
  });

  it('stops polling when it is cancelled', async () => {
    const { clock, broker, server, begin, close } = await world(clients.device);
    try {
      const { attempt, device } = await begin();
      attempt.cancel();
      assert.equal((await attempt.outcome).kind, 'cancelled');
      clock.advance(device.interval);
      assert.equal(await broker.credentials.get(server.url), undefined);
    } finally {
      await close();
    }
  });
});
