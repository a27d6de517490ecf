import type { ExceptionName, RedirectName } from './oauthSettings.js';
import type { ServerConfig } from './serverSettings.js';

/** What applies to a sign-in at one server and one issuer, whoever decided it. */
export interface SignInPolicy {
  /** The id of a client registered by hand. */
  readonly clientId?: string;
  /** Asked for exactly, instead of those the server names. */
  readonly scopes?: readonly string[];
  readonly audience?: string;
  /** Leaves `resource` (RFC 8707) out of every request. */
  readonly omitResource: boolean;
  /** Further parameters of the authorization request. */
  readonly extraParameters: Readonly<Record<string, string>>;
  readonly redirect: RedirectName;
  readonly loopbackPort?: number;
  readonly loopbackPath?: string;
  /** Rules that need not be kept: those alone that the person has accepted. */
  readonly exceptions: ReadonlySet<ExceptionName>;
}

/**
 * What applies to a sign-in: the one place where the settings of a server, and whatever else is known of an
 * issuer, become what discovery, the client's identity, the authorization request and the refresh go by.
 *
 * @param _issuer as the protected resource names it, byte for byte
 * @param accepted the exceptions the person has accepted for this server at this issuer
 */
export function signInPolicy(
  { oauth }: ServerConfig,
  _issuer: string,
  accepted: readonly ExceptionName[] = [],
): SignInPolicy {
  const { clientId, scopes, audience, loopbackPort, loopbackPath } = oauth;
  return {
    ...(clientId !== undefined && { clientId }),
    ...(scopes !== undefined && { scopes }),
    ...(audience !== undefined && { audience }),
    omitResource: oauth.omitResource ?? false,
    extraParameters: oauth.extraParameters ?? {},
    redirect: oauth.redirect ?? 'auto',
    ...(loopbackPort !== undefined && { loopbackPort }),
    ...(loopbackPath !== undefined && { loopbackPath }),
    exceptions: new Set(accepted),
  };
}

/** The resource indicator of a request, in the shape such parameters are passed in. */
export function resourceParameter(
  policy: SignInPolicy,
  resource: string | undefined,
): { readonly resource?: string } {
  return policy.omitResource || resource === undefined ? {} : { resource };
}
