import { mutant, type Mutant } from './mutant.js';

const dpop = 'src/oauth/dpop.ts';
const binding = 'src/oauth/dpop.ts';
const response = 'src/oauth/tokenResponse.ts';
const exchange = 'src/oauth/tokenExchange.ts';

const dpopTest = 'test/oauth/dpop.test.ts';
const bindingTest = 'test/oauth/dpopBinding.test.ts';
const relayTest = 'test/relay/dpop.test.ts';
const tokensTest = 'test/oauth/tokens.test.ts';
const pushTest = 'test/oauth/pushedAuthorizationRequest.test.ts';
const toleranceTest = 'test/oauth/tokenTolerance.test.ts';

/** Defects of proof of possession, of pushed requests, and of what is taken for a token. */
export const dpopMutants: readonly Mutant[] = [
  mutant(
    'a DPoP proof without the hash of the token',
    dpop,
    [
      'oauth.DPoP({}, { privateKey, publicKey })',
      'oauth.DPoP({}, { privateKey, publicKey }, { [oauth.modifyAssertion]: (_header, payload) => { delete payload.ath; } })',
    ],
    dpopTest,
    relayTest,
  ),
  mutant(
    'a refresh without the key of the sign-in',
    'src/oauth/tokenRefresh.ts',
    ['requestWithDpop(dpopKey,', 'requestWithDpop(undefined,'],
    dpopTest,
    relayTest,
  ),
  mutant(
    'userinfo asked without the key',
    'src/oauth/accountName.ts',
    ['requestWithDpop(tokens.dpopKey,', 'requestWithDpop(undefined,'],
    dpopTest,
  ),
  mutant(
    'a foreign token_type accepted',
    response,
    ["if (type !== 'bearer') {", 'if (false) {'],
    dpopTest,
    tokensTest,
  ),
  mutant(
    'an unbound token accepted where bound ones are required',
    response,
    ['if (dpop?.required === true) {', 'if (false) {'],
    dpopTest,
  ),
  mutant(
    'DPoP required and not used',
    binding,
    ['if (!required && asked === undefined) return undefined;', 'if (asked === undefined) return undefined;'],
    bindingTest,
  ),
  mutant(
    'the code not bound to the key',
    'src/oauth/authorizationRequest.ts',
    ['dpop_jkt: await dpop?.key.thumbprint(),', ''],
    bindingTest,
  ),
  mutant(
    'nonces forgotten with each reading of the store',
    'src/broker/accounts/credentialStore.ts',
    ['else if (inUse?.isSameAs(dpopKey) !== true) this', 'else if (Date.now() > 0) this'],
    relayTest,
  ),
  mutant(
    'a request sent twice more for want of a nonce',
    dpop,
    [
      'return isNonceAsked ? request(options) : answer;',
      'return isNonceAsked ? request(options).then(() => request(options)) : answer;',
    ],
    dpopTest,
  ),
  mutant(
    'pushed requests required and not used',
    'src/oauth/pushedAuthorizationRequest.ts',
    ['if (as.require_pushed_authorization_requests !== true) return', 'if (as !== undefined) return'],
    pushTest,
    relayTest,
  ),
  mutant(
    'the browser told what was pushed',
    'src/oauth/pushedAuthorizationRequest.ts',
    ['for (const name of Object.keys(request.parameters)) url.searchParams.delete(name);', ''],
    pushTest,
  ),
  mutant(
    'the nonce of the ID token unchecked',
    exchange,
    [
      'const expected = hasIdToken && nonce !== undefined ? { expectedNonce: nonce } : {};',
      `const said = (await response.clone().json()).id_token?.split('.')[1];
    const theirs = said === undefined ? nonce : JSON.parse(atob(said)).nonce;
    const expected = hasIdToken && theirs !== undefined ? { expectedNonce: theirs } : {};`,
    ],
    tokensTest,
  ),
  mutant(
    'a form that repeats a member taken for a token response',
    'src/oauth/tokenResponse.ts',
    ['if (members.has(name)) {', 'if (false) {'],
    toleranceTest,
  ),
];
