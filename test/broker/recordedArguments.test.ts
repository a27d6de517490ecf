import assert from 'node:assert/strict';
import { recordedArguments } from '../../src/broker/calls/callRecord.js';

const recorded = (value: unknown, known = '') =>
  recordedArguments(value, (text) => (known === '' ? text : text.replaceAll(known, '[redacted]')));

describe('recorded arguments', () => {
  it('are the call’s arguments as JSON', () => {
    const value = { name: 'main', deep: [{ count: 1, on: true, none: null }] };
    assert.equal(recorded(value), JSON.stringify(value));
  });

  const named = [
    ...['password', 'apiKey', 'api_key', 'X-API-Key', 'accessToken', 'refresh_token', 'client_secret'],
    ...['Authorization', 'cookie', 'privateKey', 'code', 'code_verifier', 'credentials', 'dbPassword'],
  ];
  for (const name of named) {
    it(`omit the value of ${name}, whatever it is`, () => {
      for (const value of ['planted-value', ['planted-value'], { a: 'planted-value' }]) {
        assert.equal(
          recorded({ deep: [{ [name]: value }] }),
          JSON.stringify({ deep: [{ [name]: '[redacted]' }] }),
        );
      }
    });
  }

  const shaped = [
    ...['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'Bearer abcdefgh12345678'],
    ...[
      `ghp_${'a1'.repeat(18)}`,
      `github_pat_${'a1'.repeat(20)}`,
      `sk-${'a1'.repeat(20)}`,
      `xoxb-${'1'.repeat(20)}`,
    ],
    ...[
      '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----',
      '-----BEGIN RSA PRIVATE KEY-----\nMIIE',
    ],
  ];
  for (const secret of shaped) {
    it(`omit text that looks like ${secret.slice(0, 12)}…, at any position`, () => {
      assert.equal(recorded({ text: `a ${secret}` }), '{"text":"a [redacted]"}');
    });
  }

  it('omit the password of an address', () => {
    assert.equal(recorded({ url: 'https://me:hunter2@git.example/a' }), '{"url":"[redacted]git.example/a"}');
  });

  it('omit known secrets, also in names and in JSON escapes', () => {
    const known = 'a"b\\c';
    assert.equal(recorded({ x: `1 ${known} 2`, [known]: 3 }, known), '{"x":"1 [redacted] 2","[redacted]":3}');
  });

  it('are truncated after secrets are removed', () => {
    const text = recorded({ text: `${'x'.repeat(1_985)}known-secret` }, 'known-secret');
    assert.ok(text.length <= 2_001 && text.endsWith('…'));
    assert.doesNotMatch(text, /known/);
    assert.ok(recorded({ text: 'x'.repeat(100_000) }).length <= 2_001);
  });

  it('may be nested to any depth', () => {
    let value: unknown = 'innermost';
    for (let depth = 0; depth < 1_000; depth++) value = [value];
    assert.match(recorded(value), /…/);
  });
});
