import assert from 'node:assert/strict';
import { evil, honestMetadata, issuer, metadataOfIssuer, ScriptedInternet } from './scriptedInternet.js';
import { pathOf, Victim } from './victim.js';

/**
 * Mix-up (RFC 9700 §4.4): the user signs in at an honest authorization server by an attacker's doing, and the
 * code that comes back is to be sent to the attacker.
 */
describe('attack: mix-up', () => {
  for (const [attack, change] of [
    ['the callback of another issuer', (callback) => callback.set('iss', evil)],
    ['an issuer that differs by a slash', (callback) => callback.set('iss', `${issuer}/`)],
    ['an issuer that differs in a letter’s case', (callback) => callback.set('iss', issuer.toUpperCase())],
    ['a callback stripped of its issuer', (callback) => callback.delete('iss')],
    ['an error in the name of another issuer', asErrorOfAnother],
  ] satisfies [string, (callback: URLSearchParams) => void][]) {
    it(`${attack} → callbackIssuerMismatch`, async () => {
      const victim = new Victim();
      await victim.isRefused('callbackIssuerMismatch', change);
      assert.equal(victim.tokenRequests(), 0, 'the code was sent');
    });
  }

  it('the callback of an issuer that never names itself → not taken at another’s redirect path', async () => {
    const internet = new ScriptedInternet();
    const silent = { authorization_response_iss_parameter_supported: undefined };
    internet.publish(metadataOfIssuer, honestMetadata(silent));
    const victim = new Victim(internet);
    const { attempt, sentTo } = await victim.begin();
    assert.ok(sentTo !== undefined);
    const callback = internet.consent(sentTo);
    callback.delete('iss');
    for (const path of ['/callback', '/callback/0123456789abcdef']) {
      assert.equal(victim.callbacks.deliver(callback, path), false, path);
    }
    assert.equal(attempt.phase, 'waitingForConsent');
    assert.equal(victim.callbacks.deliver(callback, pathOf(sentTo)), true);
    assert.equal((await attempt.outcome).kind, 'signedIn');
  });
});

function asErrorOfAnother(callback: URLSearchParams): void {
  callback.delete('code');
  callback.set('error', 'access_denied');
  callback.set('iss', evil);
}
