/** Why a step of the flow failed. Callers switch on this and never on a message. */
export type OAuthFlowErrorCode =
  /** Network, DNS, TLS or proxy: no answer came. */
  | 'unreachable'
  /** An answer did not come, or did not end, in time. */
  | 'timedOut'
  /** The answer was larger than any metadata or token response may be. */
  | 'tooLarge'
  /** HTML or something else in place of JSON. */
  | 'notJson'
  /** A redirect that must not be followed. */
  | 'redirected'
  /** An `http:` address off loopback, or another scheme that is not `https:`. */
  | 'insecureAddress'
  /** An address of this machine or of a private network, named by a server that is not there itself. */
  | 'addressOutOfReach'
  /** A status that is neither success nor a documented failure. */
  | 'unexpectedStatus'
  /** Metadata with a missing or wrong field; `field` names it. */
  | 'invalidMetadata'
  /** Protected resource metadata that speaks for another resource (RFC 9728 §3.3). */
  | 'resourceMismatch'
  /** Authorization server metadata that names another issuer (RFC 8414 §3.3). */
  | 'issuerMismatch'
  /** The server requires authorization, but nothing names an authorization server. */
  | 'noAuthorizationServer'
  /** The client, a workload or an identity provider's word gets the tokens: there is nothing to sign in to. */
  | 'noUserSignsIn'
  /** The server asks for no authorization at all. */
  | 'notProtected'
  /** `code_challenge_methods_supported` lacks S256. */
  | 'pkceNotAdvertised'
  /** The server takes only tokens bound to a key, and none can be had (RFC 9449 §5). */
  | 'dpopNotSupported'
  /** No client id is configured and the authorization server registers none. */
  | 'clientIdRequired'
  /** The provider takes no client without a secret, and none is stored for the configured one. */
  | 'clientSecretRequired'
  /** The configured client id is in use at one issuer, and the server names another. */
  | 'clientOfAnotherIssuer'
  /** A client's key that cannot be read or is of a kind that cannot be used. */
  | 'invalidClientKey'
  /** The authorization server refused to register the client (RFC 7591 §3.2.2). */
  | 'registrationRefused'
  /** The callback address that the settings ask for cannot be had. */
  | 'redirectUnavailable'
  /** The callback's `state` is not the one that was sent (RFC 6749 §10.12). */
  | 'stateMismatch'
  /** The callback's `iss` is missing or another issuer (RFC 9207 §2.4). */
  | 'callbackIssuerMismatch'
  /** The callback is not a well-formed authorization response. */
  | 'invalidCallback'
  /** The user, or the authorization server for them, denied the request (RFC 6749 §4.1.2.1). */
  | 'accessDenied'
  /** The authorization server answered the authorization request with another error. */
  | 'authorizationRefused'
  /** The authorization server has no device authorization endpoint (RFC 8628). */
  | 'deviceFlowNotOffered'
  /** A device code was not used in time (RFC 8628 §3.5). */
  | 'deviceCodeExpired'
  /** There is no signed assertion to ask for tokens with (RFC 7523 §2.1). */
  | 'assertionRequired'
  /** A server that an authentication provider of the editor does not stand for is given none of its tokens. */
  | 'authenticationProviderRefused'
  /** The settings use the editor's accounts, but there is no editor. */
  | 'authenticationProviderUnavailable'
  /** The user is not signed in at the organization's identity provider. */
  | 'identityProviderSignInRequired'
  /** The token endpoint refused the request; `oauthError` has the reason (RFC 6749 §5.2). */
  | 'tokenRequestRefused'
  /** `invalid_grant` on refresh: the sign-in has ended. */
  | 'refreshTokenRefused'
  /** A token response that does not conform (RFC 6749 §5.1). */
  | 'invalidTokenResponse'
  /** A stored credential that cannot be read. */
  | 'invalidRecord'
  /** An unexpected failure, which shows nothing about any server. The log names it. */
  | 'unexpected';

/** The one thing to do next for each code, unless the failure itself has a better fix. */
export const usualFix: Readonly<Record<OAuthFlowErrorCode, string>> = {
  unreachable: 'Check the address, the network and the proxy settings, then try again.',
  timedOut: 'Check that the server is running and reachable from this machine, then try again.',
  tooLarge: 'Check the address. If it is correct, tell the server’s administrator.',
  notJson: 'Check that the address belongs to the MCP server and not to a web page.',
  redirected: 'Tell the server’s administrator to make it respond at the address that it names.',
  insecureAddress: 'Tell the server’s administrator to publish an https address.',
  addressOutOfReach: 'Tell the server’s administrator.',
  unexpectedStatus: 'Try again later. If the problem persists, tell the server’s administrator.',
  invalidMetadata: 'Tell the server’s administrator, who must fix its metadata.',
  resourceMismatch: 'Check the address of the server.',
  issuerMismatch: 'Tell the server’s administrator, who must fix its metadata.',
  noAuthorizationServer: 'Ask the server’s administrator which authorization server it uses.',
  notProtected: 'Use the server without signing in.',
  pkceNotAdvertised: 'Ask its administrator to publish code_challenge_methods_supported.',
  dpopNotSupported: 'Ask the server’s administrator to accept other tokens, or to support DPoP.',
  clientIdRequired: 'Register a client there and set its ID as oauth.clientId in the settings.',
  clientSecretRequired: 'Run “MCP OAuth: Set Client Secret…”.',
  clientOfAnotherIssuer:
    'Ask the server’s administrator whether it has moved; if so, enter a client that is registered there.',
  invalidClientKey: 'Run “MCP OAuth: Set Client Key…” with another key.',
  registrationRefused: 'Register a client manually with the authorization server and enter its client ID.',
  redirectUnavailable: 'Set oauth.redirect to "auto".',
  stateMismatch: 'Start the sign-in again.',
  callbackIssuerMismatch: 'Start the sign-in again. If this happens again, do not trust the server.',
  invalidCallback: 'Start the sign-in again.',
  accessDenied: 'Sign in again if that was not intended, or ask the administrator for access.',
  authorizationRefused:
    'Start the sign-in again. If this happens again, tell the authorization server’s administrator.',
  deviceFlowNotOffered: 'Sign in with the browser.',
  deviceCodeExpired: 'Sign in with a code again.',
  assertionRequired: 'Make sure that the workload’s platform provides one.',
  authenticationProviderRefused: 'Remove oauth.authenticationProvider and sign in with the browser.',
  authenticationProviderUnavailable: 'Use the server in the editor.',
  noUserSignsIn: 'Use the server without signing in, or change oauth.grant in the settings.',
  identityProviderSignInRequired: 'Run “MCP OAuth: Sign In to Identity Provider…”.',
  tokenRequestRefused: 'Sign in again. If this happens again, tell the authorization server’s administrator.',
  refreshTokenRefused: 'Sign in again.',
  invalidTokenResponse: 'Tell the authorization server’s administrator.',
  invalidRecord: 'Sign in again.',
  unexpected: 'Show the log.',
};

export interface OAuthFlowErrorDetails {
  /** The address the failure is about, without query or fragment. */
  readonly url?: string;
  /** The metadata field, parameter or setting at fault. */
  readonly field?: string;
  /** The `error` code the authorization server gave. */
  readonly oauthError?: string;
  /** The HTTP status, if there was a response. */
  readonly status?: number;
  /** The one thing to do next, as a sentence for a user; the code's usual one if absent. */
  readonly fix?: string;
}

/**
 * A failed step, with a message for the user and data for the code. It never has a `cause`, because the errors of the
 * libraries below can contain codes and token responses.
 */
export class OAuthFlowError extends Error {
  override readonly name = 'OAuthFlowError';
  readonly details: OAuthFlowErrorDetails & { readonly fix: string };

  constructor(
    readonly code: OAuthFlowErrorCode,
    message: string,
    details: OAuthFlowErrorDetails = {},
  ) {
    super(message);
    this.details = { fix: usualFix[code], ...details };
  }

  /** What happened and the one thing to do next, for a user. */
  get advice(): string {
    return `${this.message} ${this.details.fix}`;
  }
}

/** What to do about an `error` of RFC 6749 §4.1.2.1 and §5.2, RFC 8707 §2 or RFC 8628 §3.5. */
const fixes: ReadonlyMap<string, string> = new Map([
  [
    'invalid_client',
    'Check the client ID and its secret or key. To replace the secret, run “MCP OAuth: Set Client Secret…”.',
  ],
  ['invalid_grant', 'Sign in again.'],
  [
    'invalid_scope',
    'Choose other scopes with “MCP OAuth: Sign In with Scopes…” or oauth.scopes in the settings.',
  ],
  [
    'invalid_target',
    'Ask its administrator for the audience of the server, and set oauth.audience, or oauth.omitResource if it does not accept a resource.',
  ],
  ['unauthorized_client', 'Ask its administrator to allow this client to sign in this way.'],
  [
    'unsupported_grant_type',
    'Choose another oauth.grant in the settings, or ask its administrator to allow this one.',
  ],
  ['unsupported_response_type', 'Ask its administrator to allow authorization codes for this client.'],
  [
    'invalid_request',
    'Run “MCP OAuth: Diagnose Server…” and compare the requests with the documentation of the server.',
  ],
  ['server_error', 'Try again later. If the problem persists, tell its administrator.'],
  ['temporarily_unavailable', 'Try again later.'],
  ['slow_down', 'Try again later.'],
]);

/**
 * The fix for a refusal by an authorization server, as a detail of the error.
 *
 * @param status the status of the response, if there was one
 */
export function refusalFix(error: string | undefined, status?: number): { readonly fix?: string } {
  const known = error === undefined ? undefined : fixes.get(error);
  if (known !== undefined) return { fix: known };
  if (status === 429) return { fix: 'Try again later.' };
  return status !== undefined && status >= 500
    ? { fix: 'Try again later. If the problem persists, tell its administrator.' }
    : {};
}
