import { mutant, type Edit, type Mutant } from './mutant.js';

const response = 'src/oauth/authorizationResponse.ts';
const request = 'src/oauth/authorizationRequest.ts';
const exchange = 'src/oauth/tokenExchange.ts';
const refresh = 'src/oauth/tokenRefresh.ts';

const flow = 'test/oauth/wholeFlow.test.ts';
const responses = 'test/oauth/authorizationResponse.test.ts';
const requests = 'test/oauth/authorizationRequest.test.ts';
const tokens = 'test/oauth/tokens.test.ts';
const signIns = 'test/broker/signInAttempt.test.ts';

/** The library checks `state` and `iss` a second time; a defect is one only without that. */
const withoutTheLibrary: Edit = {
  file: response,
  find: 'oauth.validateAuthResponse(as, client, callback, state)',
  replace: 'callback',
};

/** Defects of the flow's steps. */
export const oauthMutants: readonly Mutant[] = [
  {
    name: 'iss unchecked',
    edits: [
      { file: response, find: 'if (iss !== null && iss !== as.issuer) {', replace: 'if (false) {' },
      withoutTheLibrary,
    ],
    tests: [responses, signIns],
  },
  {
    name: 'a missing iss accepted though it is always sent',
    edits: [
      {
        file: response,
        find: 'if (iss === null && as.authorization_response_iss_parameter_supported === true) {',
        replace: 'if (false) {',
      },
      withoutTheLibrary,
    ],
    tests: [responses, signIns],
  },
  {
    name: 'state unchecked in the callback',
    edits: [
      { file: response, find: 'if (!matches.includes(true)) {', replace: 'if (false) {' },
      withoutTheLibrary,
    ],
    tests: [responses],
  },
  mutant(
    'a callback with a parameter twice accepted',
    response,
    ['if (repeated !== undefined) throw', 'if (false) throw'],
    responses,
  ),
  mutant(
    'wrong verifier',
    exchange,
    ['pending.codeVerifier.expose(),', 'oauth.generateRandomCodeVerifier(),'],
    tokens,
    flow,
  ),
  mutant(
    'PKCE not required to be advertised',
    request,
    ["if (as.code_challenge_methods_supported?.includes('S256') === true ||", 'if (as !== undefined ||'],
    requests,
  ),
  mutant(
    'state that repeats',
    request,
    ['const state = oauth.generateRandomState()', "const state = 'state'"],
    requests,
  ),
  mutant(
    'resource left out of the authorization request',
    request,
    ['    resource,\n    audience: o.audience,\n', '    audience: o.audience,\n'],
    requests,
  ),
  mutant(
    'resource left out of the token request',
    exchange,
    ['...(resource !== undefined && { additionalParameters: { resource } }),', ''],
    tokens,
  ),
  mutant(
    'resource left out of the refresh',
    refresh,
    ['...(resource !== undefined && { resource }),', ''],
    tokens,
  ),
  mutant(
    'old refresh token dropped when the answer has none',
    refresh,
    ['...(fresh.refreshToken === undefined && { refreshToken: tokens.refreshToken }),', ''],
    tokens,
    'test/broker/accessTokens.test.ts',
  ),
  mutant(
    'any refusal of a refresh taken for the end of the sign-in',
    refresh,
    ["|| error.details.oauthError !== 'invalid_grant') throw error;", ') throw error;'],
    tokens,
    'test/broker/accessTokens.test.ts',
  ),
  mutant(
    'an issuer that names another accepted',
    'src/oauth/authorizationServerDocument.ts',
    ['if (accepted?.includes(issuer) === false) {', 'if (false) {'],
    'test/oauth/authorizationServerMetadata.test.ts',
  ),
  mutant(
    'metadata of another resource accepted',
    'src/oauth/protectedResourceMetadata.ts',
    ['if (!coversServer(resource, server)) {', 'if (false) {'],
    'test/oauth/protectedResourceMetadata.test.ts',
  ),
  mutant(
    'metadata redirect to another origin followed',
    'src/oauth/boundedFetch.ts',
    ["|| next === 'hidden' || next.origin !== target.origin) {", "|| next === 'hidden') {"],
    'test/oauth/boundedFetch.test.ts',
  ),
  mutant(
    'token request follows a redirect',
    'src/oauth/boundedFetch.ts',
    ["redirects === 'never' || ", ''],
    'test/oauth/boundedFetch.test.ts',
    tokens,
  ),
  mutant(
    'http: off loopback accepted',
    'src/base/displayText.ts',
    ["(url.protocol === 'http:' && isLoopback(url))", "url.protocol === 'http:'"],
    'test/oauth/boundedFetch.test.ts',
    'test/broker/serverSettings.test.ts',
  ),
  mutant(
    'a server elsewhere names services of this machine',
    'src/oauth/networkReach.ts',
    ['return nearness[reachOf(url)] <= nearness[from];', 'return Boolean(from);'],
    'test/oauth/networkReach.test.ts',
    signIns,
  ),
  mutant(
    'step-up replaces the scopes',
    'src/oauth/scopes.ts',
    ['[...new Set([...held, ...added])]', '[...added]'],
    'test/oauth/scopes.test.ts',
  ),
];
