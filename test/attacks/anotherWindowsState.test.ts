import assert from 'node:assert/strict';
import { ScriptedInternet } from './scriptedInternet.js';
import { Victim } from './victim.js';

/** A callback can arrive in another window than the one that waits for it (RFC 6749 §10.12). */
describe('attack: another window’s state', () => {
  it('a callback for one window in another → not accepted there, and still valid in its own', async () => {
    const internet = new ScriptedInternet();
    const [mine, other] = [new Victim(internet), new Victim(internet)];
    const [here, there] = [await mine.begin(), await other.begin()];
    assert.ok(here.sentTo !== undefined && there.sentTo !== undefined);
    const callback = internet.consent(there.sentTo);
    assert.equal(mine.callbacks.deliver(callback), false);
    assert.equal(here.attempt.phase, 'waitingForConsent');
    assert.equal(mine.tokenRequests(), 0);
    assert.equal(other.callbacks.deliver(callback), true);
    assert.equal((await there.attempt.outcome).kind, 'signedIn');
    assert.equal(await mine.credentials.reread(mine.server.url), undefined);
  });
});
