import assert from 'node:assert/strict';
import { ScriptedInternet } from './scriptedInternet.js';
import { Victim } from './victim.js';

/** A code of another sign-in put into the victim's callback, with the victim's own state (RFC 9700 §4.5). */
describe('attack: code injection', () => {
  it('a code from the attacker’s own sign-in → tokenRequestRefused, because the verifier is not its', async () => {
    const internet = new ScriptedInternet();
    const { sentTo } = await new Victim(internet).begin();
    assert.ok(sentTo !== undefined);
    const attackers = internet.consent(sentTo).get('code') ?? '';
    const victim = new Victim(internet);
    await victim.isRefused('tokenRequestRefused', (callback) => callback.set('code', attackers));
  });

  for (const [attack, change] of [
    ['a second code beside the victim’s', (callback) => callback.append('code', 'code-of-the-attacker')],
    ['a token of the implicit flow beside it', (callback) => callback.set('id_token', 'e30.e30.')],
    ['a signed response beside it', (callback) => callback.set('response', 'e30.e30.')],
    ['a code no server gives', (callback) => callback.set('code', 'a\r\nX-Injected: b')],
  ] satisfies [string, (callback: URLSearchParams) => void][]) {
    it(`${attack} → invalidCallback`, async () => {
      const victim = new Victim();
      await victim.isRefused('invalidCallback', change);
      assert.equal(victim.tokenRequests(), 0);
    });
  }

  it('a second state beside the victim’s → not accepted', async () => {
    const victim = new Victim();
    const { attempt, sentTo } = await victim.begin();
    assert.ok(sentTo !== undefined);
    const callback = victim.internet.consent(sentTo);
    callback.append('state', 'another');
    assert.equal(victim.callbacks.deliver(callback), false);
    assert.equal(attempt.phase, 'waitingForConsent');
    assert.equal(victim.tokenRequests(), 0);
  });
});
