import type { ProviderProfile, ProviderTraits } from './providerTraits.js';

/** One thing a provider does otherwise, as a user reads it. */
export interface TraitTexts {
  readonly trait: keyof ProviderTraits;
  readonly sentence: string;
  /** Whether a public source confirms it; otherwise it is our assumption. */
  readonly isVerified: boolean;
}

type Words = { readonly [K in keyof ProviderTraits]-?: (value: NonNullable<ProviderTraits[K]>) => string };

const words: Words = {
  registers: (registers) =>
    registers
      ? 'Clients can register dynamically if its administrator allows it.'
      : 'It does not support dynamic client registration: register a client manually.',
  secretRequired: () => 'It requires a client secret, even with PKCE.',
  omitResource: () => 'The resource parameter (RFC 8707) is omitted because the provider rejects it.',
  audienceIsResource: () =>
    'The resource is also sent as “audience”, because “resource” alone may be ignored.',
  scopeBelowResource: (scope) => `If no scope is named, “${scope}” of the resource is requested.`,
  scopes: (scopes) => `Requested in addition to the scopes that a server names: ${scopes.join(', ')}.`,
  extraParameters: (parameters) =>
    `The authorization request also contains ${Object.entries(parameters)
      .map((parameter) => parameter.join('='))
      .join(', ')}.`,
  selectsAccount: () => 'It lets you choose an account when another one is requested.',
  redirect: () =>
    'The redirect URI is a loopback address, because it does not accept the address of an editor.',
  loopbackHost: (host) => `The loopback address is written “${host}”.`,
  comparesLoopbackPort: () => 'The port of the loopback address must match: register it with the client.',
  longCodes: () =>
    'Its authorization codes are long, so the browser may cut off a callback to the editor’s own address.',
  exceptions: (names) =>
    `It is known to need the exception ${names.join(', ')}, and you are asked to accept it.`,
  metadataIssuer: (issuer) => `Its metadata is that of ${issuer}, regardless of how a server writes it.`,
  issuerTemplate: (template) => `Its metadata has the issuer ${template} for every organization.`,
  idTokenIssuers: (issuers) => `Its ID tokens may name the issuer ${issuers.join(', ')}.`,
  nestedToken: ({ member, tokenType }) =>
    `Its token responses are partly nested in “${member}” and have the token type “${tokenType}”.`,
  answers: (forms) =>
    `Its token responses are nonstandard: ${forms.map((form) => formTexts[form]).join(', ')}.`,
  invalidGrant: (errors) =>
    `If a code or a refresh token is no longer valid, it reports ${errors.join(' or ')}.`,
  revocation: (revocation) =>
    revocation === 'none'
      ? 'It does not support revocation: tokens stay valid until they expire or are revoked on its website.'
      : 'It revokes only refresh tokens: an access token stays valid until it expires.',
  refreshTokens: (use) =>
    ({
      kept: 'A refresh token can be used more than once.',
      rotated: 'A refresh token is replaced when it is used.',
      reuseEndsSignIn: 'Using a refresh token twice ends the sign-in.',
    })[use],
};

const formTexts = {
  formEncoded: 'forms instead of JSON by default',
  commaScopes: 'scopes separated by commas',
  errorWithStatus200: 'errors with status 200',
};

/** What is known of a provider: one sentence for each trait, in the order of the table. */
export function traitTexts({ traits, unverified = [] }: ProviderProfile): readonly TraitTexts[] {
  return (Object.keys(traits) as (keyof ProviderTraits)[]).map((trait) => ({
    trait,
    sentence: sentenceOf(trait, traits),
    isVerified: !unverified.includes(trait),
  }));
}

function sentenceOf(trait: keyof ProviderTraits, traits: ProviderTraits): string {
  // A trait's text takes that trait's value, which the compiler cannot follow through a union of them.
  const say = words[trait] as (value: unknown) => string;
  return say(traits[trait]);
}
