import assert from 'node:assert/strict';
import { ClientStore } from '../../src/broker/clients/clientStore.js';
import type { RedirectUris } from '../../src/broker/ports.js';
import type { SignInAttempt } from '../../src/broker/signIn/signInAttempt.js';
import { SignIns } from '../../src/broker/signIn/signIns.js';
import { startRelayWorld, type RelayWorld } from '../relay/relayWorld.js';
import { redirectReaches } from './redirectReaches.js';

describe('a client that the authorization server has deleted', () => {
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
  /** Goes through the pages and delivers the callback as the operating system does. */
  const signIn = async () => {
    const attempt = begin();
    const { searchParams, pathname } = await stage.signInPages((await attempt.launchPage()).address);
    stage.broker.callbacks.deliver(searchParams, pathname);
    return attempt.outcome;
  };
  /** Deletes the client at the authorization server, which redirects no unknown client. */
  const forget = async () => {
    const credential = await stage.broker.credentials.get(stage.server('repositories').url);
    assert.ok(stage.world.authorizationServer.forgetClient(credential?.client.clientId ?? ''));
  };

  it('is used again while it exists', async () => {
    assert.equal((await signIn()).kind, 'signedIn');
    assert.equal((await signIn()).kind, 'signedIn');
    assert.equal(registrations(), 1);
  });

  it('is checked and used again if the user only gave up, any number of times', async () => {
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
    it(`is registered again after ${what} ended a sign-in on the error page`, async () => {
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

  it('is registered again after the server refused its code', async () => {
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

  it('is not checked before the browser opened the page, nor right after its registration', async () => {
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
