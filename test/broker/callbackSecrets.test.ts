import assert from 'node:assert/strict';
import { CallbackSecrets } from '../../src/broker/callbacks/callbackSecrets.js';
import { handedCallback } from '../../src/broker/callbacks/handedCallback.js';
import { PendingCallbacks } from '../../src/broker/callbacks/pendingCallbacks.js';
import { ManualClock } from './manualClock.js';
import { MemoryLog, MemorySecrets } from './memoryStores.js';

/** Secret storage of an editor that can list its keys. */
class ListedSecrets extends MemorySecrets {
  keys(): Promise<readonly string[]> {
    return Promise.resolve([...this.entries.keys()]);
  }
}

describe('callbacks in secret storage', () => {
  let secrets: ListedSecrets;
  let clock: ManualClock;
  beforeEach(() => {
    secrets = new ListedSecrets();
    clock = new ManualClock();
  });
  const open = () => {
    const callbacks = new PendingCallbacks();
    return { callbacks, way: new CallbackSecrets(callbacks, secrets, clock, new MemoryLog()) };
  };
  const callbackOf = async (state: string) => {
    const callback = await handedCallback('/callback', new URLSearchParams({ code: 'a+b', state }));
    return callback ?? assert.fail();
  };
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise(setImmediate);
  };

  it('are stored under a name that does not reveal the state, and removed when the window closes', async () => {
    const { way } = open();
    assert.equal(await way.hand(await callbackOf('not waited for')), true);
    const [key = ''] = secrets.entries.keys();
    assert.match(key, /^callback [0-9a-f]{64}$/);
    way.dispose();
    assert.equal(secrets.entries.size, 0);
  });

  it('are limited to eight, because any program can open our callback addresses', async () => {
    const { way } = open();
    await way.hand(await callbackOf('state 0'));
    const [first = ''] = secrets.entries.keys();
    for (let count = 1; count < 9; count++) await way.hand(await callbackOf(`state ${count}`));
    // The newest one is kept, so earlier junk cannot displace a callback.
    assert.deepEqual([secrets.entries.size, secrets.entries.has(first)], [8, false]);
  });

  it('that a closed window left behind are the only ones deleted when a sign-in begins', async () => {
    const left = open();
    await left.way.hand(await callbackOf('left'));
    const [forgotten = ''] = secrets.entries.keys();
    clock.now = (
      (now) => () =>
        now
    )(clock.now() + 660_001);
    await secrets.set('callback of-another-form', '/callback?code=a');
    await secrets.set('credential', 'kept');
    const other = open();
    await other.way.hand(await callbackOf('fresh'));
    const third = open();
    third.callbacks.expect('mine', () => undefined);
    await until(() => !secrets.entries.has(forgotten) && !secrets.entries.has('callback of-another-form'));
    assert.equal(secrets.entries.size, 2);
    assert.equal(secrets.entries.get('credential'), 'kept');
  });
});
