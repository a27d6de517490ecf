import assert from 'node:assert/strict';
import { isNearExpiry } from '../../src/broker/accounts/credential.js';
import { refreshEarliness } from '../../src/node/refreshEarliness.js';
import { credentialFor } from '../broker/brokerWindow.js';
import { ManualClock } from '../broker/manualClock.js';

describe('machines that share a sign-in and no lock', () => {
  it('differ from the user’s own in when they refresh, each always in the same way', () => {
    assert.equal(refreshEarliness(true, 'build-host'), 0);
    for (const host of ['build-host', 'a', 'container-1f3']) {
      const earliness = refreshEarliness(false, host);
      assert.ok(earliness >= 0.25 && earliness <= 0.75, String(earliness));
      assert.equal(refreshEarliness(false, host), earliness);
    }
    assert.notEqual(refreshEarliness(false, 'build-host'), refreshEarliness(false, 'container-1f3'));
  });

  it('refresh earlier by that part of the margin', () => {
    const clock = new ManualClock();
    const credential = credentialFor('https://mcp.example/mcp', 'https://login.example', clock);
    const end = credential.tokens.expiresAt ?? 0;
    assert.equal(isNearExpiry(credential, end - 60_001), false);
    assert.equal(isNearExpiry(credential, end - 60_001, 0.5), true);
    assert.equal(isNearExpiry(credential, end - 90_001, 0.5), false);
  });
});
