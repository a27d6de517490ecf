import assert from 'node:assert/strict';
import { parseIdentityProvider } from '../../src/broker/settings/identityProviderSetting.js';

describe('the setting of an identity provider', () => {
  it('contains an issuer, byte for byte, and a client ID', () => {
    assert.deepEqual(parseIdentityProvider({ issuer: 'https://idp.example', clientId: ' broker ' }), {
      identityProvider: { issuer: 'https://idp.example', clientId: 'broker' },
      problems: [],
    });
  });

  for (const nothing of [undefined, null, {}]) {
    it(`may be absent: ${JSON.stringify(nothing)}`, () => {
      assert.deepEqual(parseIdentityProvider(nothing), { problems: [] });
    });
  }

  for (const [what, value, field, told] of [
    ['no object', 'https://idp.example', '', /must be an object/],
    ['an http issuer', { issuer: 'http://idp.example', clientId: 'a' }, 'issuer', /https:/],
    ['an issuer with a query', { issuer: 'https://idp.example?a', clientId: 'a' }, 'issuer', /issuer/],
    ['an issuer with a password', { issuer: 'https://u:p@idp.example', clientId: 'a' }, 'issuer', /issuer/],
    ['no issuer', { clientId: 'a' }, 'issuer', /issuer/],
    ['no client id', { issuer: 'https://idp.example', clientId: ' ' }, 'clientId', /clientId/],
    [
      'a secret',
      { issuer: 'https://idp.example', clientId: 'a', clientSecret: 'hunter2' },
      'clientSecret',
      /Secrets do not belong in settings.*Set Client Secret…/,
    ],
    [
      'a token',
      { issuer: 'https://idp.example', clientId: 'a', accessToken: 'hunter2' },
      'accessToken',
      /Secrets do not belong in settings.*Sign In to Identity Provider…/,
    ],
    [
      'an endpoint',
      { issuer: 'https://idp.example', clientId: 'a', token_endpoint: 'hunter2' },
      'token_endpoint',
      /not a known field/,
    ],
    ['an unknown field', { issuer: 'https://idp.example', clientId: 'a', x: 1 }, 'x', /not a known field/],
  ] as const) {
    it(`is rejected with ${what}, and the message omits its value`, () => {
      const { identityProvider, problems } = parseIdentityProvider(value);
      assert.equal(identityProvider, undefined);
      assert.deepEqual(
        problems.map((problem) => [problem.server, problem.field]),
        [['enterpriseIdentityProvider', field]],
      );
      assert.match(problems[0]?.message ?? '', told);
      assert.doesNotMatch(JSON.stringify(problems), /hunter2/);
    });
  }
});
