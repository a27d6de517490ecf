import { mutant, type Mutant } from './mutant.js';

const policy = 'src/broker/settings/signInPolicy.ts';
const answers = 'src/oauth/providerResponse.ts';
const metadata = 'src/oauth/authorizationServerMetadata.ts';

const flows = 'test/profiles/providerFlows.test.ts';
const answerTests = 'test/oauth/providerAnswer.test.ts';

/** Defects of what is done otherwise at the providers that are known. */
export const profileMutants: readonly Mutant[] = [
  mutant(
    'what a provider is known for comes before the settings',
    policy,
    [
      'oauth.omitResource ?? known.omitResource ?? false',
      'known.omitResource ?? oauth.omitResource ?? false',
    ],
    flows,
  ),
  mutant(
    'an exception a provider is known for counts without the user',
    policy,
    ['exceptions: new Set(accepted),', 'exceptions: new Set([...accepted, ...(known.exceptions ?? [])]),'],
    flows,
  ),
  mutant(
    'an ID token of a provider’s directory refused where a code was entered on another device',
    'src/oauth/directGrants.ts',
    ['(standard.as, client, standard.answer)', '(as, client, standard.answer)'],
    flows,
  ),
  mutant(
    'the audience a provider wants left out',
    policy,
    ['policy.audienceIsResource === true ? resource : undefined', 'undefined'],
    flows,
  ),
  mutant(
    'the token_type of one provider accepted of every other',
    answers,
    [
      'idTokenIssuers = [] } = knownTraits(as)',
      "idTokenIssuers = [] } = knownTraits({ ...as, issuer: 'https://mcp.slack.com' })",
    ],
    answerTests,
  ),
  mutant(
    'a token of the application taken for the user’s at a provider that gives both',
    answers,
    ['!isBelow || !tokenMembers.includes(name)', 'name'],
    answerTests,
  ),
  mutant(
    'an ID token of any issuer taken for the provider’s',
    answers,
    ["issuer !== undefined && issuer === claims['iss']", 'issuer !== undefined'],
    answerTests,
  ),
  mutant(
    'clients sent to register at a provider where administrators alone may',
    metadata,
    [' && registers !== false', ' || registers === false'],
    flows,
  ),
  mutant(
    'another provider’s metadata template accepted',
    metadata,
    [
      'if (issuerTemplate !== undefined) accepted.push(issuerTemplate);',
      "accepted.push(issuerTemplate ?? 'https://login.microsoftonline.com/{tenantid}/v2.0');",
    ],
    'test/oauth/providerMetadata.test.ts',
  ),
  mutant(
    'an access token said to be revoked that lives on at its provider',
    'src/oauth/tokenRevocation.ts',
    ["revocation === 'refreshTokenOnly' ? 'notOffered' : await", 'await'],
    flows,
  ),
  mutant(
    'the secret a provider needs missed only after the consent',
    'src/broker/clients/clientForServer.ts',
    ['key === undefined && policy.secretRequired === true', 'key === undefined && false'],
    flows,
  ),
  mutant(
    'a loopback address named in a way the provider does not take',
    'src/broker/clients/redirectUri.ts',
    ['if (loopbackHost === undefined) return redirect;', 'if (loopbackHost !== null) return redirect;'],
    flows,
  ),
  mutant(
    'a provider’s own word for a sign-in’s end not understood',
    answers,
    ['!invalidGrant.includes(error.details.oauthError)', 'invalidGrant.length >= 0'],
    flows,
    answerTests,
  ),
  mutant(
    'a bot’s token taken for the user’s',
    'src/oauth/providerResponse.ts',
    ["const isBelow = typeof nested['access_token'] === 'string';", 'const isBelow = false;'],
    flows,
  ),
  mutant(
    'what is known of a provider applied although the settings leave it out',
    policy,
    ['traitsOf(issuer, profile)', 'traitsOf(issuer)'],
    'test/broker/providerPolicy.test.ts',
  ),
  mutant(
    'the token answers of a provider read as known although the settings leave that out',
    metadata,
    ['return traitsOf(identifierOf(as), choice);', 'return traitsOf(identifierOf(as), choice && undefined);'],
    answerTests,
  ),
  mutant(
    'the names of one provider taken for those of a server that is treated like it',
    'src/oauth/providerProfiles.ts',
    ['return { ...chosen, traits };', 'return chosen;'],
    'test/oauth/providerMetadata.test.ts',
  ),
  mutant(
    'a server that says itself what is known of it',
    'src/oauth/authorizationServerDocument.ts',
    ['[flag, namedAs, knownAs]', '[flag, namedAs]'],
    'test/oauth/providerMetadata.test.ts',
  ),
];
