import { mutant, type Mutant } from './mutant.js';

const secrets = 'src/broker/clientSecrets.ts';
const device = 'src/oauth/deviceAuthorization.ts';
const assertion = 'src/oauth/identityAssertion.ts';
const direct = 'src/broker/directGrants.ts';
const tokens = 'src/broker/accessTokens.ts';

const secretsTest = 'test/broker/clientSecrets.test.ts';
const keyTest = 'test/oauth/clientKey.test.ts';
const deviceTest = 'test/oauth/deviceAuthorization.test.ts';
const enterpriseTest = 'test/broker/enterpriseManaged.test.ts';
const directTest = 'test/broker/directGrants.test.ts';

/** Defects of client keys, and of the grants that need no browser here. */
export const grantMutants: readonly Mutant[] = [
  mutant(
    'a client secret or key used at another issuer',
    secrets,
    ['else if (stored.issuer !== issuer) {', 'else if (stored.issuer === undefined) {'],
    secretsTest,
    directTest,
  ),
  mutant(
    'a client assertion for the token endpoint instead of the issuer',
    'src/oauth/clientAuthentication.ts',
    [
      '[oauth.modifyAssertion]: (header) => {',
      "[oauth.modifyAssertion]: (header, payload) => { payload['aud'] = as.token_endpoint ?? '';",
    ],
    keyTest,
    directTest,
  ),
  mutant(
    'a private key shown with the public one',
    'src/oauth/clientKey.ts',
    ["EdDSA: ['crv', 'kty', 'x'],", "EdDSA: ['crv', 'd', 'kty', 'x'],"],
    keyTest,
  ),
  mutant(
    'slow_down not heeded',
    device,
    ['return interval + slowDown * 1000;', 'return interval;'],
    deviceTest,
  ),
  mutant(
    'a device code asked about after its end',
    device,
    ['if (now() >= device.expiresAt) throw expired(device);', ''],
    deviceTest,
  ),
  mutant(
    'an identity assertion asked for another audience',
    assertion,
    ['audience: need.audience,', 'audience: as.issuer,'],
    enterpriseTest,
  ),
  mutant(
    'an identity assertion brought to whom it is not for',
    assertion,
    ['if (audience !== need.audience) {', 'if (audience === undefined) {'],
    enterpriseTest,
  ),
  mutant(
    'a workload’s assertion brought to whom it is not for',
    direct,
    ['server.oauth.authorizationServer === as.issuer || isAssertionFor(assertion, as)', 'as.issuer'],
    directTest,
  ),
  mutant(
    'an assertion logged when it is refused',
    'src/oauth/directGrant.ts',
    ['[...sent, grant.client.clientSecret]', '[grant.client.clientSecret]'],
    directTest,
    deviceTest,
  ),
  mutant(
    'tokens of a person sent where the client is to call for itself',
    tokens,
    ['credential?.grant === this.#grantOf(server) ? credential : undefined', 'credential'],
    directTest,
  ),
  mutant(
    'a person asked where none signs in',
    'src/broker/authorizedFetch.ts',
    [
      "outcome.kind !== 'consentNeeded' || !isUnattended(server)",
      "outcome.kind !== 'consentNeeded' || isUnattended(server)",
    ],
    directTest,
  ),
];
