import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import {
  awaitDeviceTokens,
  deviceCodeGrantType,
  requestDeviceAuthorization,
} from '../../src/oauth/deviceAuthorization.js';
import { fetchAuthorizationServer } from '../../src/oauth/authorizationServerMetadata.js';
import { generateClientKey } from '../../src/oauth/clientKey.js';
import { clients, startGrantsProvider } from '../broker/grantsWorld.js';
import { flowError } from './flowErrors.js';
import { closeServers, http, scriptedServer, type ScriptedAnswer } from './scriptedServer.js';
import { authorizationServer, publicClient, resource } from './signIn.js';

const tokens = { access_token: 'a1', token_type: 'Bearer', expires_in: 60 };
const refusal = (error: string): ScriptedAnswer => ({ status: 400, body: { error } });

/** An authorization server that answers the questions for tokens one after the other, and time that a test holds. */
async function device(answers: readonly ScriptedAnswer[], code: Record<string, unknown> = {}) {
  const left = [...answers];
  const server = await scriptedServer(({ path }, origin) =>
    path === '/device'
      ? {
          body: {
            device_code: 'hunter2-device',
            user_code: 'WDJB-MJHT',
            verification_uri: `${origin}/activate`,
            expires_in: 60,
            ...code,
          },
        }
      : left.shift(),
  );
  const as = authorizationServer(server.origin, { device_authorization_endpoint: `${server.origin}/device` });
  const grant = { as, client: publicClient, scopes: ['a', 'b'], resource };
  const waits: number[] = [];
  let now = 1_000_000;
  const wait = (milliseconds: number) => {
    waits.push(milliseconds);
    now += milliseconds;
    return Promise.resolve();
  };
  return {
    ...{ server, grant, waits, wait, begin: () => requestDeviceAuthorization(grant, http, () => now) },
    finish: async () =>
      awaitDeviceTokens(await requestDeviceAuthorization(grant, http, () => now), http, wait, () => now),
  };
}

describe('device authorization', () => {
  afterEach(closeServers);

  it('asks for the access with the code, and for the tokens with code and resource', async () => {
    const { server, finish } = await device([{ body: tokens }]);
    const got = await finish();
    assert.deepEqual([got.accessToken.expose(), got.scopes], ['a1', ['a', 'b']]);
    const [first, second] = server.requests.map(({ form }) => Object.fromEntries(form));
    assert.deepEqual(first, { client_id: 'client-1', scope: 'a b', resource });
    assert.deepEqual(second, {
      ...{ grant_type: deviceCodeGrantType, client_id: 'client-1' },
      ...{ device_code: 'hunter2-device', resource },
    });
  });

  it('shows the code, the page, and until when it is good', async () => {
    const { begin, server } = await device([], {
      verification_uri_complete: 'http://127.0.0.1:9/activate?user_code=WDJB-MJHT',
      interval: 7,
    });
    const shown = await begin();
    assert.equal(shown.userCode, 'WDJB-MJHT');
    assert.equal(shown.verificationUri.href, `${server.origin}/activate`);
    assert.equal(shown.verificationUriComplete?.search, '?user_code=WDJB-MJHT');
    assert.deepEqual([shown.expiresAt, shown.interval], [1_060_000, 7_000]);
    assert.doesNotMatch(inspect(shown), /hunter2/);
  });

  it('polls no more often than the interval, and less often after slow_down', async () => {
    const pending = refusal('authorization_pending');
    const { finish, waits } = await device([pending, refusal('slow_down'), pending, { body: tokens }]);
    await finish();
    assert.deepEqual(waits, [5_000, 5_000, 10_000, 10_000]);
  });

  it('polls for at most an hour and at most once a second, whatever the server returns', async () => {
    const { begin } = await device([], { expires_in: 1e9, interval: 0 });
    const { expiresAt, interval } = await begin();
    assert.deepEqual([expiresAt, interval], [1_000_000 + 3_600_000, 1_000]);
  });

  it('ends with the code', async () => {
    const { finish } = await device(Array.from({ length: 12 }, () => refusal('authorization_pending')));
    await flowError('deviceCodeExpired', finish);
    const { finish: again } = await device([refusal('expired_token')]);
    await flowError('deviceCodeExpired', again);
  });

  it('ends after the user’s denial and after any other refusal, without revealing the code', async () => {
    const { finish } = await device([refusal('access_denied')]);
    await flowError('accessDenied', finish);
    const said = { error: 'invalid_client', error_description: 'no hunter2-device here' };
    const { finish: other } = await device([{ status: 401, body: said }]);
    const error = await flowError('tokenRequestRefused', other);
    assert.doesNotMatch(inspect(error), /hunter2/);
  });

  it('continues to poll, less often, when a poll gets no response', async () => {
    const { begin, waits, wait } = await device([{ body: tokens }]);
    const shown = await begin();
    let isDown = true;
    const flaky = async (url: string, init: RequestInit) => {
      if (!isDown) return fetch(url, init);
      isDown = false;
      throw new TypeError('fetch failed');
    };
    await awaitDeviceTokens(shown, { ...http, fetch: flaky }, wait, () => 1_000_000);
    assert.deepEqual(waits, [5_000, 10_000]);
  });

  it('ends when the caller gives up', async () => {
    const { begin } = await device([]);
    const shown = await begin();
    const reason = new Error('given up');
    await assert.rejects(
      awaitDeviceTokens(
        shown,
        http,
        () => Promise.reject(reason),
        () => 1_000_000,
      ),
      reason,
    );
  });

  for (const [field, value] of [
    ['device_code', ''],
    ['user_code', undefined],
    ['user_code', 'A\u202eB'],
    ['verification_uri', 'javascript:alert(1)'],
    ['verification_uri', 'http://as.example/activate'],
    ['expires_in', 'soon'],
  ] as const) {
    it(`refuses a response whose ${field} is ${String(value)}`, async () => {
      const { begin } = await device([], { [field]: value });
      const error = await flowError('invalidTokenResponse', begin);
      assert.equal(error.details.field, field);
    });
  }

  it('sends no user from a server on the internet to a page on this machine', async () => {
    const { grant } = await device([]);
    await flowError('addressOutOfReach', () =>
      requestDeviceAuthorization(grant, { ...http, reach: 'internet' }, () => 0),
    );
  });

  it('reports that the server has no device authorization endpoint', async () => {
    const grant = { as: authorizationServer(), client: publicClient, scopes: [] };
    await flowError('deviceFlowNotOffered', () => requestDeviceAuthorization(grant, http, () => 0));
  });

  it('signs in at a certified server after the user has approved there', async () => {
    const provider = await startGrantsProvider(await generateClientKey('ES256'));
    try {
      const as = await fetchAuthorizationServer(provider.issuer, http);
      const client = { ...publicClient, clientId: clients.device };
      const grant = { as, client, scopes: ['openid', 'email', 'tools:read'], resource };
      const shown = await requestDeviceAuthorization(grant, http, Date.now);
      assert.match(shown.verificationUriComplete?.href ?? '', new RegExp(shown.userCode));
      let asked = 0;
      const got = await awaitDeviceTokens(
        shown,
        http,
        async () => {
          if (++asked === 2) await provider.approve(shown.userCode, resource);
        },
        Date.now,
      );
      assert.equal(asked, 2);
      assert.deepEqual(await provider.scopesOf(got.accessToken.expose(), resource), ['tools:read']);
      assert.equal(got.idTokenClaims?.email, 'alice@example.org');
    } finally {
      await provider.close();
    }
  });
});
