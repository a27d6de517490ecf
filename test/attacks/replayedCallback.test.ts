import assert from 'node:assert/strict';
import { buildAuthorizationRequest } from '../../src/oauth/authorizationRequest.js';
import { validateAuthorizationResponse } from '../../src/oauth/authorizationResponse.js';
import { flowError } from '../oauth/flowErrors.js';
import { authorizationServer, publicClient as client, redirectUri } from '../oauth/signIn.js';
import { Victim } from './victim.js';

/** A callback that was used, or is of a sign-in that has ended (RFC 6749 §10.12): it changes nothing. */
describe('attack: replayed callback', () => {
  it('the same callback again, at once and after the end → not accepted, and no code is sent twice', async () => {
    const victim = new Victim();
    const { attempt, sentTo } = await victim.begin();
    assert.ok(sentTo !== undefined);
    const callback = victim.internet.consent(sentTo);
    assert.deepEqual([victim.callbacks.deliver(callback), victim.callbacks.deliver(callback)], [true, false]);
    assert.equal((await attempt.outcome).kind, 'signedIn');
    assert.equal(victim.callbacks.deliver(callback), false);
    assert.equal(victim.tokenRequests(), 1);
  });

  it('an old callback during the next sign-in → not accepted', async () => {
    const victim = new Victim();
    const first = await victim.begin();
    assert.ok(first.sentTo !== undefined);
    const old = victim.internet.consent(first.sentTo);
    first.attempt.cancel();
    const second = await victim.begin();
    assert.equal(victim.callbacks.deliver(old), false);
    assert.equal(second.attempt.phase, 'waitingForConsent');
    assert.equal(victim.tokenRequests(), 0);
  });

  it('one that reaches a sign-in all the same → stateMismatch', async () => {
    const as = authorizationServer();
    const pending = async () =>
      (await buildAuthorizationRequest({ as, client, redirectUri, scopes: [] })).pending;
    const [before, after] = [await pending(), await pending()];
    const old = new URLSearchParams({ code: 'the-code', state: before.state });
    await flowError('stateMismatch', () => validateAuthorizationResponse(after, old));
  });
});
