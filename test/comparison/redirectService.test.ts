import assert from 'node:assert/strict';
import { callbackOf } from './redirectService.js';

describe('the stand-in for the redirect service', () => {
  // In the form in which the editor prints the address of its callback page.
  const state =
    'http://127.0.0.1:8080/stable/callback?vscode-reqid%3D1%26vscode-scheme%3Dcode-oss' +
    '%26vscode-path%3D%252F127.0.0.1%253A9000%252Fauthorize%26vscode-query%3Dnonce%253Dn1';
  const redirected = new URL('https://vscode.dev/redirect?code=a%2Bb');
  redirected.searchParams.set('state', state);
  redirected.searchParams.set('iss', 'http://127.0.0.1:9000');
  const callback = callbackOf(redirected);

  it('redirects to the editor’s callback page, which can read its own parameters in the address', () => {
    assert.equal(callback.origin + callback.pathname, 'http://127.0.0.1:8080/stable/callback');
    assert.deepEqual([...callback.searchParams].slice(0, 4), [
      ['vscode-reqid', '1'],
      ['vscode-scheme', 'code-oss'],
      ['vscode-path', '/127.0.0.1:9000/authorize'],
      ['vscode-query', 'nonce=n1'],
    ]);
  });

  it('adds the parameters of the authorization response, with the code after the state', () => {
    assert.deepEqual([...callback.searchParams].slice(4), [
      ['state', state],
      ['code', 'a+b'],
      ['iss', 'http://127.0.0.1:9000'],
    ]);
  });
});
