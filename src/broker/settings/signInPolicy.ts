import { defined } from '../../base/defined.js';
import type { AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import { traitsOf } from '../../oauth/providerProfiles.js';
import type { ProfileChoice } from '../../oauth/providerTraits.js';
import { withSessionScopes } from '../../oauth/scopes.js';
import type { ExceptionName, RedirectName } from './oauthSettings.js';
import type { ServerConfig } from './serverSettings.js';

/**
 * The loopback port for providers that compare it: the one to register manually, and the one that the document names
 * in addition to a URI without a port.
 */
export const usualLoopbackPort = 47_113;

/** What applies to a sign-in at one server and one issuer, from the settings or from the profile. */
export interface SignInPolicy {
  /** The id of a client registered by hand. */
  readonly clientId?: string;
  /** Asked for exactly, instead of those the server names. */
  readonly scopes?: readonly string[];
  /** Requested in addition to those that the server or the challenge names. */
  readonly furtherScopes?: readonly string[];
  /** Requested below the resource, if neither names any. */
  readonly scopeBelowResource?: string;
  readonly audience?: string;
  /** Sends the resource as `audience` if none is set. */
  readonly audienceIsResource?: true;
  /** Leaves `resource` (RFC 8707) out of every request. */
  readonly omitResource: boolean;
  /** Further parameters of the authorization request. */
  readonly extraParameters: Readonly<Record<string, string>>;
  /** The provider lets the user choose an account if the request asks for that. */
  readonly selectsAccount?: true;
  readonly redirect: RedirectName;
  /** How the loopback redirect URI calls this machine; 127.0.0.1 if absent. */
  readonly loopbackHost?: 'localhost';
  readonly loopbackPort?: number;
  readonly loopbackPath?: string;
  /** The settings of the server name a loopback port or path, so a client registered by hand has that address. */
  readonly isLoopbackConfigured?: true;
  /** The authorization codes are so long that a callback may exceed what a browser passes to an application. */
  readonly longCodes?: true;
  /** A client registered by hand has to have a secret there. */
  readonly secretRequired?: true;
  /** The settings that replace what is known of the issuer. */
  readonly profile?: Exclude<ProfileChoice, 'auto'>;
  /** Rules that need not be kept: those alone that the user has accepted. */
  readonly exceptions: ReadonlySet<ExceptionName>;
}

/**
 * Determines what applies to a sign-in. This is the only place that combines a server's settings with the issuer's
 * profile; discovery, the choice of the client, the authorization request, and the refresh use the result. The
 * settings take precedence over the profile.
 *
 * @param issuer as the protected resource names it, byte for byte
 * @param accepted the exceptions that the user has accepted for this server at this issuer
 */
export function signInPolicy(
  { oauth }: ServerConfig,
  issuer: string,
  accepted: readonly ExceptionName[] = [],
): SignInPolicy {
  const { clientId, scopes, audience, loopbackPath, profile = 'auto' } = oauth;
  const known = traitsOf(issuer, profile);
  const loopbackPort =
    oauth.loopbackPort ?? (known.comparesLoopbackPort === true ? usualLoopbackPort : undefined);
  const { redirect = 'auto' } = oauth;
  return defined({
    clientId,
    scopes,
    furtherScopes: known.scopes,
    scopeBelowResource: known.scopeBelowResource,
    audience,
    audienceIsResource: known.audienceIsResource === true ? true : undefined,
    omitResource: oauth.omitResource ?? known.omitResource ?? false,
    extraParameters: { ...known.extraParameters, ...oauth.extraParameters },
    selectsAccount: known.selectsAccount === true ? true : undefined,
    redirect: redirect === 'auto' ? (known.redirect ?? redirect) : redirect,
    loopbackHost: known.loopbackHost,
    loopbackPort,
    loopbackPath,
    isLoopbackConfigured: (oauth.loopbackPort ?? loopbackPath) !== undefined ? true : undefined,
    longCodes: known.longCodes === true ? true : undefined,
    secretRequired: known.secretRequired === true ? true : undefined,
    profile: profile !== 'auto' ? profile : undefined,
    exceptions: new Set(accepted),
  });
}

/**
 * The scopes of a sign-in: those it was begun for, and what makes it last; or what discovery chose. Configured
 * scopes are asked for exactly, and so are those a user chose.
 */
export function askedScopes(
  found: {
    readonly scopes: readonly string[];
    readonly as: AuthorizationServer;
    readonly policy: SignInPolicy;
  },
  { scopes, isExact }: { readonly scopes?: readonly string[] | undefined; readonly isExact?: boolean },
): readonly string[] {
  if (scopes === undefined) return found.scopes;
  if (isExact === true || found.policy.scopes !== undefined) return scopes;
  return withSessionScopes(scopes, found.as, true, found.policy.furtherScopes);
}

/** The resource indicator of a request, in the shape such parameters are passed in. */
export function resourceParameter(
  policy: SignInPolicy,
  resource: string | undefined,
): { readonly resource?: string } {
  return policy.omitResource || resource === undefined ? {} : { resource };
}

/** The audience of a request, in the same shape. */
export function audienceParameter(policy: SignInPolicy, resource: string): { readonly audience?: string } {
  const audience = policy.audience ?? (policy.audienceIsResource === true ? resource : undefined);
  return audience === undefined ? {} : { audience };
}
