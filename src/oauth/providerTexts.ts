import type { ProviderProfile, ProviderTraits } from './providerTraits.js';

/** One thing a provider does otherwise, as a user reads it. */
export interface TraitTexts {
  readonly trait: keyof ProviderTraits;
  readonly sentence: string;
  /** A public page says so; else it is what we take to be true. */
  readonly isVerified: boolean;
}

type Words = { readonly [K in keyof ProviderTraits]-?: (value: NonNullable<ProviderTraits[K]>) => string };

const words: Words = {
  registers: (registers) =>
    registers
      ? 'Clients can register themselves, where its administrator lets them.'
      : 'Clients do not register themselves: one has to be registered by hand.',
  secretRequired: () => 'A client needs a secret, even with PKCE.',
  omitResource: () => 'The resource is not named in a parameter (RFC 8707): it is refused there.',
  audienceIsResource: () => 'The resource is named as “audience” too: “resource” alone may be ignored.',
  scopeBelowResource: (scope) => `Where no scope is named, “${scope}” of the resource is asked for.`,
  scopes: (scopes) => `Asked for beside the scopes that a server names: ${scopes.join(', ')}.`,
  extraParameters: (parameters) =>
    `The authorization request also says ${Object.entries(parameters)
      .map((parameter) => parameter.join('='))
      .join(', ')}.`,
  selectsAccount: () => 'It lets you choose an account where another one is asked for.',
  redirect: () => 'The callback is a loopback address: it takes no address of an editor.',
  loopbackHost: (host) => `The loopback address is written “${host}”.`,
  comparesLoopbackPort: () => 'The port of the loopback address is compared: register it with the client.',
  longCodes: () =>
    'Its authorization codes are long, so a callback to an editor’s own address may be cut off by the browser.',
  exceptions: (names) => `It is known to need the exception ${names.join(', ')}, which you are asked for.`,
  metadataIssuer: (issuer) => `Its metadata is that of ${issuer}, however a server spells it.`,
  issuerTemplate: (template) => `Its metadata calls itself ${template}, for every organization.`,
  idTokenIssuers: (issuers) => `Its ID tokens may name the issuer ${issuers.join(', ')}.`,
  nestedToken: ({ member, tokenType }) =>
    `Its token answers stand partly below “${member}”, and call the token “${tokenType}”.`,
  answers: (forms) =>
    `Its token answers are not standard: ${forms.map((form) => formTexts[form]).join(', ')}.`,
  invalidGrant: (errors) =>
    `Where a code or a refresh token is no longer good it says ${errors.join(' or ')}.`,
  revocation: (revocation) =>
    revocation === 'none'
      ? 'Nothing can be revoked there: tokens live until they expire or are taken back on its pages.'
      : 'Only refresh tokens can be revoked there: an access token lives until it expires.',
  refreshTokens: (use) =>
    ({
      kept: 'A refresh token can be used again and again.',
      rotated: 'A refresh token is replaced when it is used.',
      reuseEndsSignIn: 'A refresh token that is used twice ends the sign-in.',
    })[use],
};

const formTexts = {
  formEncoded: 'forms in place of JSON unless asked otherwise',
  commaScopes: 'scopes with commas between them',
  errorWithStatus200: 'refusals with status 200',
};

/** What is known of a provider, a sentence a trait, in the order of the table. */
export function traitTexts({ traits, unverified = [] }: ProviderProfile): readonly TraitTexts[] {
  return (Object.keys(traits) as (keyof ProviderTraits)[]).map((trait) => ({
    trait,
    sentence: sentenceOf(trait, traits),
    isVerified: !unverified.includes(trait),
  }));
}

function sentenceOf(trait: keyof ProviderTraits, traits: ProviderTraits): string {
  // A trait's words take that trait's value, which the compiler cannot follow through a union of them.
  const say = words[trait] as (value: unknown) => string;
  return say(traits[trait]);
}
