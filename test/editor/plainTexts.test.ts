import assert from 'node:assert/strict';
import { plain } from '../../src/editor/adapters/notifications.js';

describe('server text in a list or the status bar', () => {
  it('shows no icon, so that a server cannot appear to be signed in', () => {
    assert.equal(plain('$(check) Ready'), '$ (check) Ready');
    assert.equal(plain('a$$(sync~spin)b'), 'a$$ (sync~spin)b');
  });

  it('is one line without invisible characters', () => {
    assert.equal(plain('one\ntwo\u202Ethree'), 'one two three');
  });
});
