import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PendingAuthorization } from '../../src/oauth/authorizationRequest.js';
import { Redacted } from '../../src/base/redacted.js';
import { validateAuthorizationResponse } from '../../src/oauth/authorizationResponse.js';
import { exchangeCode } from '../../src/oauth/tokenExchange.js';
import { refreshTokens } from '../../src/oauth/tokenRefresh.js';
import type { TokenSet } from '../../src/oauth/tokenSet.js';
import { authorizationServer, now, publicClient, redirectUri, resource, tokenSet } from '../oauth/signIn.js';
import { cases } from './cases.js';
import { answering, answersWith, membersOf, type Answer } from './documents.js';
import { acceptedBy, holdsFor } from './holdsFor.js';
import { anyText, longText, mostly, perhaps } from './inputs.js';
import { assertScopes, isVisible } from './oracles.js';

const secrets = fc.oneof(
  { arbitrary: fc.constantFrom('new-access', 'a.b-c_d~e+f/g==', 'id|secret'), weight: 5 },
  longText,
);
const tokenResponses = fc.record({
  access_token: perhaps(mostly(secrets, 10)),
  token_type: perhaps(
    mostly(
      fc.constantFrom('Bearer', 'bearer', 'BEARER', 'Bearer', 'DPoP', 'mac', 'N_A', 'bearer ', 'Bearér'),
      12,
    ),
  ),
  expires_in: perhaps(mostly(fc.constantFrom(3600, 0, -1, 1e300, '3600', '1h', 'NaN', 0.5), 12)),
  refresh_token: perhaps(mostly(secrets, 10)),
  scope: perhaps(mostly(fc.oneof(fc.constantFrom('a b', 'a,b', 'a  b', ''), anyText), 10)),
  id_token: fc.oneof({ arbitrary: fc.constant(undefined), weight: 9 }, mostly(anyText)),
  error: fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 9 },
    fc.constantFrom('invalid_grant', '', null, 7),
  ),
});
const answers = answersWith(tokenResponses);

/** RFC 6749 §5.1 and appendix A; RFC 6750: one kind of token, which can be put into a header. */
function assertMayBeAccepted(tokens: TokenSet, answer: Answer): void {
  assert.equal(answer.status, 200);
  const body = membersOf(answer);
  assert.equal(String(body['token_type']).toLowerCase(), 'bearer');
  assert.equal(tokens.accessToken.expose(), body['access_token']);
  assert.ok(isVisible(tokens.accessToken.expose()), 'the access token');
  if (tokens.refreshToken !== undefined)
    assert.ok(isVisible(tokens.refreshToken.expose()), 'the refresh token');
  if (tokens.expiresAt !== undefined) assert.ok(tokens.expiresAt >= now && Number.isFinite(tokens.expiresAt));
  assertScopes(tokens.scopes);
  assert.ok(typeof body['error'] !== 'string' || body['error'] === '', 'an error');
  assert.equal(tokens.idTokenClaims, undefined, 'nobody signed an ID token');
  assert.doesNotThrow(() => new Headers({ authorization: `Bearer ${tokens.accessToken.expose()}` }));
}

describe('any token response', () => {
  const as = authorizationServer();
  const pending: PendingAuthorization = {
    ...{ state: 'the-state', redirectUri, as, client: publicClient, resource, scopes: ['a', 'b'] },
    codeVerifier: new Redacted('verifier-verifier-verifier-verifier-verifier'),
  };
  const parameters = new URLSearchParams({ code: 'the-code', state: pending.state });
  const callback = validateAuthorizationResponse(pending, parameters);

  holdsFor(cases.tokenExchange, 'to a code is accepted only as a Bearer token', answers, async (answer) => {
    const exchange = () => exchangeCode(pending, callback, answering(answer), () => now);
    const tokens = await acceptedBy(exchange);
    if (tokens === undefined) return;
    assertMayBeAccepted(tokens, answer);
    const { refresh_token: given } = membersOf(answer);
    assert.equal(tokens.refreshToken?.expose(), given ?? undefined);
  });

  holdsFor(cases.tokenRefresh, 'to a refresh is accepted only as a Bearer token', answers, async (answer) => {
    const held = tokenSet();
    const refresh = () =>
      refreshTokens({ as, client: publicClient, tokens: held, resource }, answering(answer), () => now);
    const tokens = await acceptedBy(refresh);
    if (tokens === undefined) return;
    assertMayBeAccepted(tokens, answer);
    const { refresh_token: given } = membersOf(answer);
    // RFC 6749 §6: the old one stays where no other came.
    assert.equal(tokens.refreshToken?.expose(), given ?? 'old-refresh');
  });
});
