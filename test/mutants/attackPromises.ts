import { promise, type Mutant } from './mutant.js';

/** Attacks that must fail (`test/attacks`), and the exchange with the authorization server. */
export const attackPromises: readonly Mutant[] = [
  {
    name: 'A callback counts only with the issuer that the sign-in was begun at',
    edits: [
      {
        file: 'src/oauth/authorizationResponse.ts',
        find: 'if (iss !== null && iss !== as.issuer) {',
        replace: 'if (false) {',
      },
      {
        file: 'src/oauth/authorizationResponse.ts',
        find: 'oauth.validateAuthResponse(as, client, callback, state)',
        replace: 'callback',
      },
    ],
    tests: ['test/attacks/mixUp.test.ts'],
  },
  promise(
    'Issuers are compared byte for byte',
    'src/oauth/authorizationServerDocument.ts',
    [
      'if (accepted?.includes(issuer) === false) {',
      'if (accepted?.some((one) => new URL(one).href === new URL(issuer).href) === false) {',
    ],
    'test/attacks/issuerSwap.test.ts',
  ),
  promise(
    'A metadata document cannot claim another issuer’s accounts',
    'src/broker/accounts/credential.ts',
    [
      'encodeURIComponent(account.id.toWellFormed())} ${identifierOf(as)}',
      'encodeURIComponent(account.id.toWellFormed())} ${as.issuer}',
    ],
    'test/attacks/borrowedIssuer.test.ts',
  ),
  promise(
    'Metadata of another resource is refused',
    'src/oauth/protectedResourceMetadata.ts',
    ['if (!coversServer(resource, server)) {', 'if (false) {'],
    'test/attacks/foreignResource.test.ts',
  ),
  promise(
    'A code is accepted only in a valid form',
    'src/oauth/authorizationResponse.ts',
    ['if (!isVisibleText(code)) throw', 'if (false) throw'],
    'test/attacks/codeInjection.test.ts',
    'test/properties/callback.property.test.ts',
  ),
  promise(
    'A callback counts once',
    'src/broker/callbacks/pendingCallbacks.ts',
    ['this.#waiting.delete(found.state);\n    found.', 'found.'],
    'test/attacks/replayedCallback.test.ts',
  ),
  promise(
    'A callback reaches the sign-in that its state names, and no other',
    'src/broker/callbacks/pendingCallbacks.ts',
    [
      'const waiting = this.#waiting.get(state);',
      'const waiting = this.#waiting.get(state) ?? [...this.#waiting.values()][0];',
    ],
    'test/attacks/anotherWindowsState.test.ts',
  ),
  promise(
    'A token request follows no redirect',
    'src/oauth/boundedFetch.ts',
    ["redirects === 'never' || ", ''],
    'test/attacks/openRedirect.test.ts',
  ),
  promise(
    'No server can opt out of PKCE',
    'src/oauth/authorizationServerDocument.ts',
    [
      '.filter(([name]) => !ours.includes(name));\n  return Object.fromEntries(metadata)',
      ';\n  return Object.fromEntries(metadata)',
    ],
    'test/attacks/pkceDowngrade.test.ts',
  ),
  promise(
    'A token of another type is not sent as Bearer',
    'src/oauth/tokenResponse.ts',
    ["if (type !== 'bearer') {", 'if (false) {'],
    'test/attacks/foreignTokenType.test.ts',
  ),
  promise(
    'A server on the internet cannot cause requests to the local network',
    'src/oauth/boundedFetch.ts',
    ['if (isAsNearAs(reach, near)) continue;', 'if (near) continue;'],
    'test/attacks/privateAddresses.test.ts',
  ),
  promise(
    'A host name is not resolved again after its check',
    'src/oauth/boundedFetch.ts',
    ['await http.fetch(url.href, init, addresses);', 'await http.fetch(url.href, init);'],
    'test/attacks/privateAddresses.test.ts',
  ),
  promise(
    'Redirects end',
    'src/oauth/boundedFetch.ts',
    ['if (followed === redirectLimit) throw', 'if (false) throw'],
    'test/attacks/endlessRedirects.test.ts',
  ),
  promise(
    'A request to a slow server is aborted',
    'src/oauth/boundedFetch.ts',
    [
      "{ ...init, redirect: 'manual', signal }",
      "{ ...init, redirect: 'manual', signal: new AbortController().signal }",
    ],
    'test/attacks/slowLoris.test.ts',
  ),
  promise(
    'A response is read up to its limit',
    'src/oauth/boundedFetch.ts',
    ['if (size > bodyLimit) {', 'if (false) {'],
    'test/attacks/oversizedResponse.test.ts',
  ),
  promise(
    'Only web addresses are opened or requested',
    'src/base/displayText.ts',
    ["return url.protocol === 'https:' ||", "return url.protocol !== 'http:' ||"],
    'test/attacks/endpointSchemes.test.ts',
  ),
  promise(
    'The code is exchanged with the verifier of its request',
    'src/oauth/tokenExchange.ts',
    ['pending.codeVerifier.expose(),', 'oauth.generateRandomCodeVerifier(),'],
    'test/oauth/tokens.test.ts',
    'test/oauth/wholeFlow.test.ts',
  ),
  promise(
    'State is new for each request',
    'src/oauth/authorizationRequest.ts',
    ['const state = oauth.generateRandomState()', "const state = 'state'"],
    'test/oauth/authorizationRequest.test.ts',
  ),
  promise(
    'A token is requested for one resource',
    'src/oauth/tokenExchange.ts',
    ['...(resource !== undefined && { additionalParameters: { resource } }),', ''],
    'test/oauth/tokens.test.ts',
  ),
  promise(
    'An ID token belongs to its authorization request',
    'src/oauth/tokenExchange.ts',
    [
      'const expected = hasIdToken && nonce !== undefined ? { expectedNonce: nonce } : {};',
      "const said = (await response.clone().json()).id_token?.split('.')[1];\n    const theirs = said === undefined ? nonce : JSON.parse(atob(said)).nonce;\n    const expected = hasIdToken && theirs !== undefined ? { expectedNonce: theirs } : {};",
    ],
    'test/oauth/tokens.test.ts',
  ),
  promise(
    'A bound token is required if the server requires it',
    'src/oauth/tokenResponse.ts',
    ['if (dpop?.required === true) {', 'if (false) {'],
    'test/oauth/dpop.test.ts',
  ),
  promise(
    'A client’s secret is used at the issuer it was made for',
    'src/broker/clients/clientSecrets.ts',
    ['stored.issuer !== issuer', 'stored.issuer === undefined'],
    'test/broker/clientSecrets.test.ts',
    'test/broker/directGrants.test.ts',
  ),
];
