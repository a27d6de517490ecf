import assert from 'node:assert/strict';
import { pastedCallback } from '../../src/broker/callbacks/pastedCallback.js';
import { PendingCallbacks } from '../../src/broker/callbacks/pendingCallbacks.js';

describe('a pasted callback', () => {
  const callbacks = new PendingCallbacks();
  callbacks.expect('waits', () => assert.fail('it is only read'));
  callbacks.expect('elsewhere', () => assert.fail('it is only read'), '/callback/0123456789abcdef');
  const read = (text: string) => pastedCallback(text, callbacks);

  /** Addresses in browsers, by the location of the redirect URI. */
  const addresses: Readonly<Record<string, string>> = {
    'on loopback': 'http://127.0.0.1:4711/callback?code=a%2Bb&state=waits&iss=https%3A%2F%2Fas.example',
    'of a desktop editor':
      'vscode://publisher.name/callback?code=a%2Bb&state=waits&iss=https%3A%2F%2Fas.example',
    'of a web editor':
      'https://editor.example/callback?vscode-reqid=3&vscode-scheme=vscode&vscode-authority=publisher.name' +
      '&vscode-path=%2Fcallback&code=a%2Bb&state=waits&iss=https%3A%2F%2Fas.example',
  };
  for (const [where, address] of Object.entries(addresses)) {
    it(`is read from an address ${where}, with any surrounding whitespace`, () => {
      const pasted = read(`  ${address}\r\n`);
      assert.ok(pasted.kind === 'callback', pasted.kind);
      assert.equal(pasted.path, '/callback');
      assert.deepEqual(Object.fromEntries(pasted.parameters), {
        code: 'a+b',
        state: 'waits',
        iss: 'https://as.example',
      });
    });
  }

  it('may be an error response', () => {
    assert.equal(read('http://127.0.0.1/callback?error=access_denied&state=waits').kind, 'callback');
  });

  it('is delivered only to the listener of its sign-in', () => {
    const query = 'code=c&state=elsewhere';
    assert.equal(read(`http://127.0.0.1/callback/0123456789abcdef?${query}`).kind, 'callback');
    assert.equal(read(`http://127.0.0.1/callback?${query}`).kind, 'unexpected');
    assert.equal(
      read(`https://editor.example/callback?vscode-path=%2Fcallback%2F0123456789abcdef&${query}`).kind,
      'callback',
    );
  });

  const none: Readonly<Record<string, readonly [kind: string, text: string]>> = {
    nothing: ['notAnAddress', ''],
    'a code alone': ['notAnAddress', 'SplxlOBeZQQYbYS6WxSbIA'],
    'a malformed address': ['notAnAddress', 'mailto:'],
    'an incomplete address': [
      'notAnAddress',
      `http://127.0.0.1/callback?state=waits&code=${'c'.repeat(20_000)}`,
    ],
    'an address without a state': ['noState', 'http://127.0.0.1:4711/callback?code=c'],
    'the page where the user signs in': [
      'noResponse',
      'https://as.example/authorize?client_id=c&state=waits&code_challenge=x',
    ],
    'one with another state': ['unexpected', 'http://127.0.0.1:4711/callback?code=c&state=wait'],
    'one with two states': ['unexpected', 'http://127.0.0.1:4711/callback?code=c&state=waits&state=waits'],
  };
  for (const [what, [kind, text]] of Object.entries(none)) {
    it(`is rejected if it is ${what}`, () => {
      assert.equal(read(text).kind, kind);
    });
  }
});
