import assert from 'node:assert/strict';
import { ClientStore } from '../../src/broker/clients/clientStore.js';
import type { RedirectUris } from '../../src/broker/ports.js';
import type { SignInAttempt } from '../../src/broker/signIn/signInAttempt.js';
import { SignIns } from '../../src/broker/signIn/signIns.js';
import { startRelayWorld, type RelayWorld } from '../relay/relayWorld.js';
import { redirectReaches } from './redirectReaches.js';

describe('a client that the authorization server has forgotten', () => {
  let stage: RelayWorld;
  let signIns: SignIns;
  beforeEach(async () => {
    stage = await startRelayWorld();
    const { broker, clock, lock, log, secrets } = stage;
    const redirects: RedirectUris = {
      reach: () => Promise.resolve(redirectReaches.remoteHost),
      uriHandler: (path) => {
        const uri = `vscode://example.broker${path}`;
        return Promise.resolve({ kind: 'uriHandler', uri, path, dispose: () => undefined });
      },
      loopback: () => assert.fail('The handler’s address is taken by the authorization server.'),
    };
    signIns = new SignIns(
      {
        ...broker,
        launcher: broker.loopback,
        redirects,
        clients: new ClientStore(secrets, clock),
        lock,
        clock,
        log,
        http: { fetch },
        confirmAccountChange: () => Promise.resolve('neither'),
      },
      broker.states,
    );
  });
  afterEach(async () => {
    signIns.dispose();
    await stage.close();
  });

  const registrations = () => stage.world.authorizationServer.eventsOf('registration').length;
  const begin = () => signIns.begin(stage.server('repositories'), { deadline: 60_000 });
  const visit = async (attempt: SignInAttempt) =>
    fetch((await attempt.launchPage()).address, { redirect: 'manual' });
  /** Through the pages and back, as the operating system would hand the callback over. */
  const signIn = async () => {
    const attempt = begin();
    const { searchParams, pathname } = await stage.signInPages((await attempt.launchPage()).address);
    stage.broker.callbacks.deliver(searchParams, pathname);
    return attempt.outcome;
  };
  /** As the authorization server sees it: what it does not know, it sends nobody back for. */
  const forget = async () => {
    const credential = await stage.broker.credentials.get(stage.server('repositories').url);
    assert.ok(stage.world.authorizationServer.forgetClient(credential?.client.clientId ?? ''));
  };

  it('is used again while it is known', async () => {
    assert.equal((await signIn()).kind, 'signedIn');
    assert.equal((await signIn()).kind, 'signedIn');
    assert.equal(registrations(), 1);
  });

  it('is asked about and used again where the user only gave up, however often', async () => {
    await signIn();
    for (let times = 0; times < 3; times++) {
      const given = begin();
      await visit(given);
      given.cancel();
      await given.outcome;
      assert.equal((await signIn()).kind, 'signedIn');
    }
    assert.equal(registrations(), 1);
  });

  for (const [what, give] of [
    ['the clock', () => stage.clock.advance(60_000)],
    ['the user', (attempt: SignInAttempt) => attempt.cancel()],
  ] as const) {
    it(`is registered anew after ${what} gave up on the page that leads nowhere`, async () => {
      await signIn();
      await forget();
      const stuck = begin();
      const page = await fetch((await visit(stuck)).headers.get('location') ?? '', { redirect: 'manual' });
      assert.equal(page.status, 400);
      give(stuck);
      await stuck.outcome;
      assert.equal((await signIn()).kind, 'signedIn');
      assert.equal(registrations(), 2);
    });
  }

  it('is registered anew after its code was refused for it', async () => {
    await signIn();
    const attempt = begin();
    const { searchParams, pathname } = await stage.signInPages((await attempt.launchPage()).address);
    await forget();
    stage.broker.callbacks.deliver(searchParams, pathname);
    const outcome = await attempt.outcome;
    assert.ok(outcome.kind === 'failed');
    assert.equal(outcome.error.details.oauthError, 'invalid_client');
    assert.equal((await signIn()).kind, 'signedIn');
    assert.equal(registrations(), 2);
  });

  it('is not suspected before the browser came, nor right after it was registered', async () => {
    const first = begin();
    await visit(first);
    first.cancel();
    await first.outcome;
    const second = begin();
    second.cancel();
    await second.outcome;
    assert.equal((await signIn()).kind, 'signedIn');
    assert.equal(registrations(), 1);
  });
});
