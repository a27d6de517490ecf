import assert from 'node:assert/strict';
import { SearchAsTyped } from '../../src/broker/registry/searchAsTyped.js';
import { ManualClock } from './manualClock.js';

interface Asked {
  readonly text: string;
  readonly signal: AbortSignal;
  readonly end: PromiseWithResolvers<string>;
}

describe('a search while the user types', () => {
  function scene() {
    const clock = new ManualClock();
    const asked: Asked[] = [];
    const states: string[] = [];
    const search = new SearchAsTyped(
      (text, signal) => {
        const end = Promise.withResolvers<string>();
        asked.push({ text, signal, end });
        return end.promise;
      },
      clock,
      () => states.push(search.state.kind),
    );
    return { clock, asked, states, search };
  }
  const settled = () => new Promise(setImmediate);

  it('is sent after a pause in typing, and not for intermediate text', async () => {
    const { clock, asked, states, search } = scene();
    for (const text of ['g', 'gi', 'git']) {
      search.type(text);
      clock.advance(299);
    }
    assert.equal(asked.length, 0);
    clock.advance(1);
    assert.deepEqual(
      asked.map(({ text }) => text),
      ['git'],
    ); // is cancelled when typing continues, and its late result is ignored
    asked[0]?.end.resolve('found');
    await settled();
    assert.deepEqual(search.state, { kind: 'found', text: 'git', found: 'found' });
    assert.deepEqual(states, ['searching', 'searching', 'searching', 'found']);
  });

  it('is not sent again for the same text, nor after the text is removed or the box is closed', async () => {
    const { clock, asked, search } = scene();
    search.type('git');
    clock.advance(300);
    search.type('gitl');
    const [first] = asked;
    assert.ok(first?.signal.aborted);
    first.end.resolve('of git');
    await settled();
    assert.deepEqual(search.state, { kind: 'searching', text: 'gitl' });
    clock.advance(300);
    asked[1]?.end.reject(new Error('no'));
    await settled();
    assert.equal(search.state.kind, 'failed');
  });

  it('is not sent again for the same text, nor after the text is gone or the box is closed', () => {
    const { clock, asked, search } = scene();
    search.type('git');
    search.type('git');
    clock.advance(300);
    search.type('git');
    clock.advance(300);
    assert.equal(asked.length, 1);
    search.type('gitl');
    search.type(undefined);
    clock.advance(300);
    assert.deepEqual(search.state, { kind: 'idle' });
    search.type('gitl');
    search.dispose();
    clock.advance(300);
    assert.equal(asked.length, 1);
  });
});
