import assert from 'node:assert/strict';
import { plain } from '../../src/editor/adapters/notifications.js';

describe('what a server wrote, in a list or the status bar', () => {
  it('draws no icon, so that a server cannot pass for signed in', () => {
    assert.equal(plain('$(check) Ready'), '$ (check) Ready');
    assert.equal(plain('a$$(sync~spin)b'), 'a$$ (sync~spin)b');
  });

  it('is one line without characters that are not seen', () => {
    assert.equal(plain('one\ntwo\u202Ethree'), 'one two three');
  });
});
