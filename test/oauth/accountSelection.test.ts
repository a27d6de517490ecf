import assert from 'node:assert/strict';
import { buildAuthorizationRequest } from '../../src/oauth/authorizationRequest.js';

const issuer = 'https://login.example';
const client = {
  clientId: 'client',
  authMethod: 'none',
  source: 'registered',
  redirectUris: [],
} as const;

describe('an authorization request for another account', () => {
  const promptOf = async (
    metadata: object,
    more: { offersChoice?: boolean; extra?: Record<string, string>; scopes?: readonly string[] } = {},
  ) => {
    const { url } = await buildAuthorizationRequest({
      as: {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        code_challenge_methods_supported: ['S256'],
        ...metadata,
      },
      client,
      redirectUri: 'http://127.0.0.1/callback',
      scopes: more.scopes ?? ['read'],
      extraParameters: more.extra ?? {},
      anotherAccount: { offersChoice: more.offersChoice ?? false },
    });
    return url.searchParams.get('prompt');
  };

  for (const [what, metadata, expected] of [
    [
      'offers a choice of accounts',
      { prompt_values_supported: ['login', 'select_account'] },
      'select_account',
    ],
    ['is an OpenID provider, to sign in anew', { scopes_supported: ['openid'] }, 'login'],
    ['has a userinfo endpoint, to sign in anew', { userinfo_endpoint: `${issuer}/me` }, 'login'],
    ['knows nothing of OpenID, nothing', {}, null],
    ['says something else than a list, nothing', { prompt_values_supported: 'select_account' }, null],
  ] as const) {
    it(`asks a server that ${what}`, async () => {
      assert.equal(await promptOf(metadata), expected);
    });
  }

  it('asks a provider that is known to offer a choice, with the provider’s own parameters', async () => {
    const known = { offersChoice: true, extra: { prompt: 'consent' } };
    assert.equal(await promptOf({}, known), 'select_account consent');
    assert.equal(await promptOf({}, { ...known, extra: { prompt: 'none' } }), 'select_account');
  });

  it('also asks for consent if the sign-in requests offline access', async () => {
    const scopes = ['openid', 'offline_access'];
    assert.equal(await promptOf({ scopes_supported: scopes }, { scopes }), 'login consent');
  });
});
