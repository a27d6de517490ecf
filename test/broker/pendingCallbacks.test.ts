import assert from 'node:assert/strict';
import { PendingCallbacks } from '../../src/broker/callbacks/pendingCallbacks.js';

const callback = (query: string) => new URLSearchParams(query);

describe('pending callbacks', () => {
  let callbacks: PendingCallbacks;
  let got: string[];
  const expect = (state: string) =>
    callbacks.expect(state, (parameters) => void got.push(`${state} ← ${parameters.get('code')}`));
  beforeEach(() => {
    callbacks = new PendingCallbacks();
    got = [];
  });

  it('pass a callback to the sign-in with its state', () => {
    expect('one');
    expect('two');
    assert.equal(callbacks.deliver(callback('code=b&state=two')), true);
    assert.equal(callbacks.deliver(callback('code=a&state=one')), true);
    assert.deepEqual(got, ['two ← b', 'one ← a']);
  });

  it('pass a callback on once and ignore a repeated one', () => {
    expect('one');
    callbacks.deliver(callback('code=a&state=one'));
    assert.equal(callbacks.deliver(callback('code=b&state=one')), false);
    assert.deepEqual(got, ['one ← a']);
  });

  it('drop a callback that is late', () => {
    expect('one').dispose();
    assert.equal(callbacks.deliver(callback('code=a&state=one')), false);
    assert.deepEqual(got, []);
  });

  for (const forged of ['code=a&state=other', 'code=a', 'code=a&state=', 'code=a&state=one&state=one', '']) {
    it(`drop a callback with a foreign state: “${forged}”`, () => {
      expect('one');
      assert.equal(callbacks.deliver(callback(forged)), false);
      assert.deepEqual(got, []);
      assert.equal(callbacks.deliver(callback('code=a&state=one')), true);
    });
  }

  it('drop a callback at the wrong redirect URI, and still accept the one at the right URI', () => {
    const path = '/callback/0123456789abcdef';
    callbacks.expect('one', (parameters) => void got.push(`one ← ${parameters.get('code')}`), path);
    assert.equal(callbacks.deliver(callback('code=a&state=one'), '/callback'), false);
    assert.equal(callbacks.deliver(callback('code=a&state=one'), '/callback/fedcba9876543210'), false);
    assert.deepEqual(got, []);
    assert.equal(callbacks.deliver(callback('code=b&state=one'), path), true);
    assert.deepEqual(got, ['one ← b']);
  });

  it('release one sign-in without affecting another', () => {
    const first = expect('one');
    expect('two');
    first.dispose();
    first.dispose();
    assert.equal(callbacks.deliver(callback('code=a&state=two')), true);
  });
});
