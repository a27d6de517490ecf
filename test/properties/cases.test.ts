import assert from 'node:assert/strict';
import { cases } from './cases.js';

describe('the properties', () => {
  const all = Object.values(cases).reduce((sum, count) => sum + count, 0);

  it(`run through ${all.toLocaleString('en')} cases`, () => {
    assert.ok(all >= 100_000);
  });
});
