import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { OAuthFlowErrorCode } from '../../src/oauth/oauthFlowError.js';
import { exchangeCode } from '../../src/oauth/tokenExchange.js';
import { refreshTokens } from '../../src/oauth/tokenRefresh.js';
import { flowError } from './flowErrors.js';
import { closeServers, http, scriptedServer, type ScriptedAnswer } from './scriptedServer.js';
import { authorizationServer, now, publicClient, signInAt, tokenSet } from './signIn.js';

const clock = () => now;
const form = (body: string, more: Partial<ScriptedAnswer> = {}): ScriptedAnswer => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  body,
  ...more,
});
const bearer = { access_token: 'new-access', token_type: 'bearer' };

/** What token endpoints in the field answer beside what RFC 6749 §5 has them answer. */
describe('a token endpoint’s response', () => {
  afterEach(closeServers);

  async function exchange(answer: ScriptedAnswer) {
    const { origin } = await scriptedServer(() => answer);
    const { pending, callback } = await signInAt(authorizationServer(origin));
    return exchangeCode(pending, callback, http, clock);
  }

  async function refresh(answer: ScriptedAnswer) {
    const { origin } = await scriptedServer(() => answer);
    const of = { as: authorizationServer(origin), client: publicClient, tokens: tokenSet() };
    return refreshTokens(of, http, clock);
  }

  it('may be a form, with commas between scopes and a lifetime in text', async () => {
    const tokens = await exchange(
      form('access_token=new%2Baccess&expires_in=28800&refresh_token=r1&scope=repo%2Cgist&token_type=bearer'),
    );
    assert.equal(tokens.accessToken.expose(), 'new+access');
    assert.equal(tokens.refreshToken?.expose(), 'r1');
    assert.equal(tokens.expiresAt, now + 28_800_000);
    assert.deepEqual(tokens.scopes, ['repo', 'gist']);
  });

  it('may be a form with empty members: no refresh token, no scopes', async () => {
    const tokens = await exchange(form('access_token=a&token_type=bearer&refresh_token=&scope=&expires_in='));
    assert.deepEqual([tokens.refreshToken, tokens.expiresAt, tokens.scopes], [undefined, undefined, []]);
  });

  it('may be JSON that calls itself a form', async () => {
    const tokens = await exchange(form(JSON.stringify(bearer)));
    assert.equal(tokens.accessToken.expose(), 'new-access');
  });

  for (const [what, code, answer] of [
    ['a form without a token', 'invalidTokenResponse', form('hello=there')],
    [
      'a form with two tokens',
      'invalidTokenResponse',
      form('access_token=new-access&access_token=b&token_type=bearer'),
    ],
    ['a form with a foreign type', 'invalidTokenResponse', form('access_token=new-access&token_type=mac')],
    ['an empty form', 'invalidTokenResponse', form('')],
    ['a form that is not called one', 'notJson', { body: 'access_token=new-access&token_type=bearer' }],
    ['200 with an error', 'tokenRequestRefused', { body: { error: 'invalid_grant' } }],
    [
      '200 with an error in a form',
      'tokenRequestRefused',
      form('error=bad_verification_code&error_description=Wrong+code.'),
    ],
    ['400 with an error in a form', 'tokenRequestRefused', form('error=invalid_grant', { status: 400 })],
    ['an empty 400', 'tokenRequestRefused', { status: 400, body: '' }],
    ['an empty 401', 'tokenRequestRefused', { status: 401, body: '' }],
    ['a failure without a body', 'unexpectedStatus', { status: 500, body: '' }],
  ] satisfies [string, OAuthFlowErrorCode, ScriptedAnswer][]) {
    it(`is refused if it is ${what}, and printed nowhere`, async () => {
      for (const ask of [exchange, refresh]) {
        const error = await flowError(
          ask === refresh &&
            code === 'tokenRequestRefused' &&
            JSON.stringify(answer).includes('invalid_grant')
            ? 'refreshTokenRefused'
            : code,
          () => ask(answer),
        );
        assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes('new-access'));
      }
    });
  }

  it('is a refusal in a form, with its error and description', async () => {
    const answer = form('error=bad_verification_code&error_description=The+code+the-code+is+wrong.');
    const error = await flowError('tokenRequestRefused', () => exchange(answer));
    assert.equal(error.details.oauthError, 'bad_verification_code');
    assert.match(error.message, /bad_verification_code, The code \[redacted\] is wrong\.$/);
  });

  it('may leave the lifetime out, or give it in text', async () => {
    assert.equal((await exchange({ body: bearer })).expiresAt, undefined);
    assert.equal((await exchange({ body: { ...bearer, expires_in: '60' } })).expiresAt, now + 60_000);
  });

  it('may part scopes with commas, unless one that was asked for has a comma', async () => {
    assert.deepEqual((await exchange({ body: { ...bearer, scope: 'a,b' } })).scopes, ['a', 'b']);
    const { origin } = await scriptedServer(() => ({ body: { ...bearer, scope: 'a,b' } }));
    const { pending, callback } = await signInAt(authorizationServer(origin), { scopes: ['a,b'] });
    assert.deepEqual((await exchangeCode(pending, callback, http, clock)).scopes, ['a,b']);
  });

  it('keeps the sign-in if an empty 4xx response to a refresh does not show that it has ended', async () => {
    await flowError('tokenRequestRefused', () => refresh({ status: 400, body: '' }));
  });
});
