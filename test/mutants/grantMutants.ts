import { mutant, type Mutant } from './mutant.js';

const secrets = 'src/broker/clients/clientSecrets.ts';
const device = 'src/oauth/deviceAuthorization.ts';
const assertion = 'src/oauth/identityAssertion.ts';
const direct = 'src/broker/tokens/directGrants.ts';
const tokens = 'src/broker/tokens/accessTokens.ts';

const secretsTest = 'test/broker/clientSecrets.test.ts';
const keyTest = 'test/oauth/clientKey.test.ts';
const deviceTest = 'test/oauth/deviceAuthorization.test.ts';
const enterpriseTest = 'test/broker/enterpriseManaged.test.ts';
const editorAccountsTest = 'test/broker/editorAccounts.test.ts';
const identityProviderTest = 'test/broker/enterpriseIdentityProvider.test.ts';
const boundTest = 'test/broker/boundGrants.test.ts';
const directTest = 'test/broker/directGrants.test.ts';

/** Defects of client keys, and of the grants that need no browser here. */
export const grantMutants: readonly Mutant[] = [
  mutant(
    'a client secret or key used at another issuer',
    secrets,
    ['stored.issuer !== issuer', 'stored.issuer === undefined'],
    secretsTest,
    directTest,
  ),
  mutant(
    'a client assertion for the token endpoint instead of the issuer',
    'src/oauth/clientAuthentication.ts',
    ["claims['aud'] = audienceOf(as);", "claims['aud'] = as.token_endpoint ?? '';"],
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
    ['server.oauth.authorizationServer === issuer || isAssertionFor(assertion, as)', 'issuer'],
    directTest,
  ),
  mutant(
    'what was accepted at the identity provider’s sign-in forgotten when its word is asked for',
    direct,
    [
      'fetchAuthorizationServer(issuer, http, { exceptions: { issuerMismatch } })',
      'fetchAuthorizationServer(issuer, http)',
    ],
    enterpriseTest,
  ),
  mutant(
    'what was accepted at a server taken for its identity provider too',
    direct,
    ["signInPolicy(provider, issuer, accepted).exceptions.has('issuerMismatch')", "issuer !== ''"],
    enterpriseTest,
  ),
  mutant(
    'a rule’s exception taken for accepted where nobody signs in',
    'src/broker/signIn/checkServer.ts',
    ['(isAccepted = await user.accepts(...asked))', '(isAccepted = asked.length > 0)'],
    'test/broker/checkWithUser.test.ts',
  ),
  mutant(
    'nobody asked about an exception where nobody signs in',
    'src/broker/signIn/checkServer.ts',
    ['if (noSignInAt(server) === undefined) return;', 'if (noSignInAt(server) !== undefined) return;'],
    'test/broker/checkWithUser.test.ts',
  ),
  mutant(
    'an assertion logged when it is refused',
    'src/oauth/directGrants.ts',
    ['    ...sent,\n', ''],
    directTest,
    deviceTest,
  ),
  mutant(
    'tokens of a user sent where the client is to call for itself',
    tokens,
    ['if (credential?.grant !== this.#grantOf(server)) return undefined;', ''],
    directTest,
  ),
  mutant(
    'a user asked where none signs in',
    'src/broker/tokens/denialWithoutUser.ts',
    ['!isVouchedFor && !isUnattended(server)', '!isVouchedFor'],
    directTest,
  ),
  mutant(
    'a user asked where their identity provider’s word is taken',
    'src/broker/tokens/denialWithoutUser.ts',
    ['!isVouchedFor && !isUnattended(server)', '!isUnattended(server)'],
    enterpriseTest,
  ),
  mutant(
    'a sign-in begun where nobody signs in',
    'src/broker/signIn/signIns.ts',
    ['if (nobody !== undefined) {', "if (nobody?.code === 'unexpected') {"],
    'test/broker/noSignIn.test.ts',
  ),
  mutant(
    'the editor’s token given to a server that its provider does not stand for',
    'src/broker/discovery/editorAccountSource.ts',
    ['provider?.issuer.test(named) === true &&', 'provider !== undefined &&'],
    editorAccountsTest,
  ),
  mutant(
    'an issuer of GitHub’s read as the beginning of one',
    'src/broker/settings/authenticationProviders.ts',
    ['login\\/oauth$/ }', 'login\\/oauth/ }'],
    editorAccountsTest,
  ),
  mutant(
    'the editor’s token kept in a record',
    'src/broker/accounts/credentialRecord.ts',
    ['? lentTokenRecord(credential.tokens)', '? tokenSetToRecord(credential.tokens)'],
    editorAccountsTest,
  ),
  mutant(
    'more of the editor’s account taken without the user',
    tokens,
    ["refused.grant === undefined || refused.grant === 'editorAccount'", 'refused.grant === undefined'],
    editorAccountsTest,
  ),
  mutant(
    'another account of the editor’s than the one chosen',
    'src/broker/tokens/editorAccountTokens.ts',
    ['session === undefined || session.account.id !== account?.id', 'session === undefined'],
    editorAccountsTest,
  ),
  mutant(
    'a server’s scopes as instructions to the editor’s provider',
    'src/broker/tokens/editorAccountTokens.ts',
    ['provider.instructions?.test(scope) !== true', "scope !== ''"],
    editorAccountsTest,
  ),
  mutant(
    'an identity provider’s ID token kept for every server',
    'src/broker/signIn/storeCredential.ts',
    ['server.isIdentityProvider === true ? tokens', "server.name !== '' ? tokens"],
    'test/broker/signInAttempt.test.ts',
  ),
  mutant(
    'an expired ID token brought to the identity provider',
    'src/broker/tokens/enterpriseIdentityProvider.ts',
    ['end > this.clock.now() + margin', 'end > 0'],
    identityProviderTest,
  ),
  mutant(
    'an identity provider’s sign-in used for another client',
    'src/broker/tokens/enterpriseIdentityProvider.ts',
    ['held?.client.clientId !== this.clientId', 'held === undefined'],
    identityProviderTest,
  ),
  mutant(
    'a secret of the identity provider’s taken from the settings',
    'src/broker/settings/identityProviderSetting.ts',
    ['isIssuer && problems.length === 0', 'isIssuer'],
    'test/broker/identityProviderSetting.test.ts',
  ),
  mutant(
    'an expired assertion brought to the authorization server',
    direct,
    ['(jwtExpiry(assertion) ?? Infinity) <= this.parts.clock.now()', 'assertion === undefined'],
    directTest,
  ),
  mutant(
    'a grant without a browser asked for without the key of the binding',
    'src/oauth/directGrants.ts',
    ['requestWithDpop(dpop?.key,', 'requestWithDpop(undefined,'],
    boundTest,
  ),
  mutant(
    'a Bearer token taken from a grant where bound ones are required',
    'src/oauth/directGrants.ts',
    ['scopes, askedAt, endpoint, dpop)', 'scopes, askedAt, endpoint, dpop && { ...dpop, required: false })'],
    boundTest,
  ),
  mutant(
    'a client id of the settings taken to another issuer for a code',
    'src/broker/signIn/flows/deviceCodeFlow.ts',
    ['await checkConfiguredClient(server, as, parts);', ''],
    'test/broker/deviceSignIn.test.ts',
  ),
  mutant(
    'a workload’s assertion for nobody brought to anybody',
    'src/oauth/directGrants.ts',
    ['audiences.length > 0 && audiences.every(isThis)', 'audiences.every(isThis)'],
    directTest,
  ),
];
