/** How a token endpoint's answers stray from RFC 6749 §5; the flow reads such answers of any server. */
type AnswerForm = 'formEncoded' | 'commaScopes' | 'errorWithStatus200';

/**
 * What a sign-in at a provider does otherwise than the standards and its metadata let one expect. What a trait
 * shares with a server's settings is a default: the settings come before it.
 */
export interface ProviderTraits {
  /** False: clients are registered by hand, whatever the metadata names. */
  readonly registers?: boolean;
  /** The token endpoint takes no client without a secret, not even with PKCE. */
  readonly secretRequired?: true;
  /** It refuses `resource` (RFC 8707). */
  readonly omitResource?: true;
  /** It takes the resource from `audience` instead, and wants it there. */
  readonly audienceIsResource?: true;
  /** Requested below the resource, if no scope is named at all. */
  readonly scopeBelowResource?: string;
  /** Requested in addition to those of the server. */
  readonly scopes?: readonly string[];
  readonly extraParameters?: Readonly<Record<string, string>>;
  /** It lets the user choose an account if `prompt` asks for that, although its metadata does not say so. */
  readonly selectsAccount?: true;
  /** The only kind of redirect URI it takes of such a client. */
  readonly redirect?: 'loopback';
  /** How the loopback redirect URI must call this machine. */
  readonly loopbackHost?: 'localhost';
  /** It compares the port of a loopback redirect URI, against RFC 8252 §7.3, so it must be the same every time. */
  readonly comparesLoopbackPort?: true;
  /** Its authorization codes get so long that a callback may exceed what a browser passes to an application. */
  readonly longCodes?: true;
  /** Rules it is known to fall short of. Each counts only once the user accepted it. */
  readonly exceptions?: readonly ('pkceNotAdvertised' | 'issuerMismatch')[];
  /** The issuer whose metadata is requested, if a server spells it in another way. */
  readonly metadataIssuer?: string;
  /** What the metadata of an issuer for many tenants calls itself, in place of that issuer. */
  readonly issuerTemplate?: string;
  /**
   * Issuers that its ID tokens name in addition to that of the metadata; `{claim}` is replaced by a claim of the
   * token.
   */
  readonly idTokenIssuers?: readonly string[];
  /** The member of token responses that contains the user's token, with its own `token_type`. */
  readonly nestedToken?: { readonly member: string; readonly tokenType: string };
  readonly answers?: readonly AnswerForm[];
  /** Its own codes for `invalid_grant`: an authorization code or a refresh token that is no longer valid. */
  readonly invalidGrant?: readonly string[];
  /** `none`: none a client can use. `refreshTokenOnly`: access tokens live on until they expire. */
  readonly revocation?: 'none' | 'refreshTokenOnly';
  /** What becomes of a refresh token that was used; `reuseEndsSignIn`: using it again ends the whole sign-in. */
  readonly refreshTokens?: 'kept' | 'rotated' | 'reuseEndsSignIn';
}

/** What the settings call each profile. */
export const profileIds = [
  'entraId',
  'entraIdAnyOrganization',
  'okta',
  'auth0',
  'oneLogin',
  'google',
  'github',
  'keycloak',
  'pingOne',
  'cognito',
  'atlassian',
  'slack',
  'notion',
  'linear',
] as const;
type ProfileId = (typeof profileIds)[number];

/** Which profile applies: that of the issuer, none, or that of a provider under another name than its own. */
export const profileChoices = ['auto', 'none', ...profileIds] as const;
export type ProfileChoice = (typeof profileChoices)[number];

/** What is known of one provider, and the sources. */
export interface ProviderProfile {
  readonly id: ProfileId;
  readonly name: string;
  /** Matches the whole issuer, as a server names it. */
  readonly issuer: RegExp;
  readonly traits: ProviderTraits;
  /** Public pages that say so. */
  readonly source: readonly string[];
  /** When they were read, as `YYYY-MM-DD`. */
  readonly read: string;
  /** Traits that none of them confirms. */
  readonly unverified?: readonly (keyof ProviderTraits)[];
}
