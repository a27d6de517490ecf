import assert from 'node:assert/strict';
import { networkFailure } from '../../src/oauth/boundedFetch.js';

describe('a network failure', () => {
  const coded = (code: string, cause?: Error) =>
    Object.assign(new Error('holds anything', { cause }), { code });
  const cases = [
    [
      new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }),
      'h could not be reached: the connection was refused.',
    ],
    [
      new TypeError('fetch failed', { cause: coded('ENOTFOUND') }),
      'The host name h could not be resolved (ENOTFOUND).',
    ],
    [coded('UND_ERR_SOCKET'), 'h closed the connection before it responded.'],
    [coded('UND_ERR_HEADERS_TIMEOUT'), 'h did not respond in time.'],
    [coded('CERT_HAS_EXPIRED'), 'The TLS certificate of h was not accepted (CERT_HAS_EXPIRED).'],
    [
      new Error('one', { cause: new Error('two', { cause: coded('EPROTO') }) }),
      'h could not be reached (EPROTO).',
    ],
    [coded('https://user:secret@h'), 'h could not be reached.'],
    ['no error at all', 'h could not be reached.'],
  ] as const;
  for (const [error, sentence] of cases) {
    it(`reads “${sentence}”`, () => assert.equal(networkFailure('h', error), sentence));
  }

  const note = 'The request came from your computer.';
  const notReached = [
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'UND_ERR_CONNECT_TIMEOUT',
    'EHOSTUNREACH',
  ];
  for (const code of notReached) {
    it(`names the origin of the request if no host was reached: ${code}`, () =>
      assert.match(networkFailure('h', coded(code), note), /\. The request came from your computer\.$/));
  }
  for (const code of ['CERT_HAS_EXPIRED', 'ECONNRESET', 'UND_ERR_SOCKET']) {
    it(`does not name the origin of the request if the host has responded: ${code}`, () =>
      assert.equal(networkFailure('h', coded(code), note), networkFailure('h', coded(code))));
  }
});
