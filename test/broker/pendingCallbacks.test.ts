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

  it('hands a callback to the sign-in whose state it carries', () => {
    expect('one');
    expect('two');
    assert.equal(callbacks.deliver(callback('code=b&state=two')), true);
    assert.equal(callbacks.deliver(callback('code=a&state=one')), true);
    assert.deepEqual(got, ['two ← b', 'one ← a']);
  });

  it('hands it over once: a repeated one changes nothing', () => {
    expect('one');
    callbacks.deliver(callback('code=a&state=one'));
    assert.equal(callbacks.deliver(callback('code=b&state=one')), false);
    assert.deepEqual(got, ['one ← a']);
  });

  it('drops a callback that is late', () => {
    expect('one').dispose();
    assert.equal(callbacks.deliver(callback('code=a&state=one')), false);
    assert.deepEqual(got, []);
  });

  for (const forged of ['code=a&state=other', 'code=a', 'code=a&state=', 'code=a&state=one&state=one', '']) {
    it(`drops a callback that is a stranger’s: “${forged}”`, () => {
      expect('one');
      assert.equal(callbacks.deliver(callback(forged)), false);
      assert.deepEqual(got, []);
      assert.equal(callbacks.deliver(callback('code=a&state=one')), true);
    });
  }

  it('drops a callback that arrives elsewhere than its sign-in waits, and still takes the one that does not', () => {
    const path = '/callback/0123456789abcdef';
    callbacks.expect('one', (parameters) => void got.push(`one ← ${parameters.get('code')}`), path);
    assert.equal(callbacks.deliver(callback('code=a&state=one'), '/callback'), false);
    assert.equal(callbacks.deliver(callback('code=a&state=one'), '/callback/fedcba9876543210'), false);
    assert.deepEqual(got, []);
    assert.equal(callbacks.deliver(callback('code=b&state=one'), path), true);
    assert.deepEqual(got, ['one ← b']);
  });

  it('lets go of one sign-in without losing another', () => {
    const first = expect('one');
    expect('two');
    first.dispose();
    first.dispose();
    assert.equal(callbacks.deliver(callback('code=a&state=two')), true);
  });
});
