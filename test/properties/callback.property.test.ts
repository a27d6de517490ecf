import assert from 'node:assert/strict';
import fc from 'fast-check';
import { validateAuthorizationResponse } from '../../src/oauth/authorizationResponse.js';
import type { PendingAuthorization } from '../../src/oauth/authorizationRequest.js';
import { Redacted } from '../../src/base/redacted.js';
import { authorizationServer, publicClient, redirectUri } from '../oauth/signIn.js';
import { cases } from './cases.js';
import { acceptedBy, holdsFor } from './holdsFor.js';
import { anyText, longText, textOf } from './inputs.js';
import { isVisible } from './oracles.js';

const issuer = 'https://as.example';
const state = 'kT3mJ0c-state-of-this-sign-in_2bWq';

function pendingAt(advertised: boolean): PendingAuthorization {
  const more = advertised ? { authorization_response_iss_parameter_supported: true } : {};
  return {
    state,
    codeVerifier: new Redacted('verifier'),
    redirectUri,
    as: authorizationServer(issuer, more),
    client: publicClient,
    scopes: [],
  };
}

const near = (text: string) =>
  fc.constantFrom(`${text}x`, text.slice(1), text.toUpperCase(), ` ${text}`, `${text}/`, `${text}\u0000`);
const mostly = (usual: string) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 8 }, near(usual), fc.constant(''), longText);
const parameter = fc.oneof(
  { arbitrary: fc.tuple(fc.constant('state'), mostly(state)), weight: 5 },
  { arbitrary: fc.tuple(fc.constant('code'), mostly('the-code')), weight: 4 },
  { arbitrary: fc.tuple(fc.constant('iss'), mostly(issuer)), weight: 3 },
  fc.tuple(fc.constantFrom('error', 'error_description', 'error_uri'), anyText),
  fc.tuple(fc.constantFrom('response', 'id_token', 'token', 'access_token'), anyText),
  fc.tuple(anyText, anyText),
);
const callbacks = fc.record({
  advertised: fc.boolean(),
  parameters: fc.array(parameter, { minLength: 1, maxLength: 6 }),
});

/** RFC 6749 §3.1, §4.1.2; RFC 9207 §2.4; OpenID Connect Core §3.1.2.5: a code came, and nothing of another flow. */
function assertMayBeAccepted(callback: URLSearchParams, advertised: boolean): void {
  assert.deepEqual(callback.getAll('state'), [state]);
  assert.equal(callback.getAll('code').length, 1);
  assert.ok(isVisible(callback.get('code') ?? ''), 'the code');
  const iss = callback.getAll('iss');
  if (advertised || iss.length > 0) assert.deepEqual(iss, [issuer]);
  assert.equal(callback.has('error'), false);
  // One without a value says nothing (RFC 6749 §3.1).
  for (const name of ['response', 'id_token', 'token']) assert.equal(callback.get(name) ?? '', '', name);
  const names = [...callback.keys()];
  assert.equal(new Set(names).size, names.length, 'a parameter twice');
}

describe('any callback', () => {
  holdsFor(cases.callbackOfAnything, 'is accepted only for its own sign-in', callbacks, async (given) => {
    const callback = new URLSearchParams(given.parameters);
    const pending = pendingAt(given.advertised);
    const accepted = await acceptedBy(() => validateAuthorizationResponse(pending, callback));
    if (accepted === undefined) return;
    assertMayBeAccepted(callback, given.advertised);
    assert.equal(accepted.expose().get('code'), callback.get('code'));
  });

  const visible = textOf(' !"%&+=?a~');
  const honest = fc.record({
    advertised: fc.boolean(),
    namesItself: fc.boolean(),
    code: visible,
    // An editor's own parameter, a provider's, and what a later standard may add (RFC 6749 §4.1.2).
    others: fc.dictionary(fc.constantFrom('reqid', 'session_state', 'scope', 'authuser'), anyText),
  });
  holdsFor(cases.callbackOfAnHonestServer, 'of an honest server is accepted', honest, (given) => {
    const callback = new URLSearchParams({ ...given.others, code: given.code, state });
    if (given.advertised || given.namesItself) callback.set('iss', issuer);
    const accepted = validateAuthorizationResponse(pendingAt(given.advertised), callback);
    assert.equal(accepted.expose().get('code'), given.code);
  });
});
