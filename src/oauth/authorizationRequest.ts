import { defined } from '../base/defined.js';
import * as oauth from 'oauth4webapi';
import { usesDefaultEndpoints, type AuthorizationServer } from './authorizationServerMetadata.js';
import type { OAuthClient } from './oauthClient.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { Redacted } from '../base/redacted.js';
import { addressOf, isSecureAddress, shownAddress } from '../base/displayText.js';
import { noPushEndpoint, noRequestUri, pushedRequestRefused } from './flowErrors.js';
import { libraryRequest, clientAuthentication, libraryClient } from './clientAuthentication.js';
import { requestWithDpop, type DpopBinding } from './dpop.js';
import type { HttpContext } from './httpContext.js';
import { errorAnswer, jsonResponse } from './jsonResponse.js';

/** What must be remembered until the callback. */
export interface PendingAuthorization {
  readonly state: string;
  readonly codeVerifier: Redacted;
  readonly redirectUri: string;
  readonly as: AuthorizationServer;
  readonly client: OAuthClient;
  readonly resource?: string;
  /** The requested scopes. The granted ones may differ. */
  readonly scopes: readonly string[];
  /** Present when `openid` is asked for. */
  readonly nonce?: string;
  /** Present when tokens bound to a key are asked for. */
  readonly dpop?: DpopBinding;
}

export interface AuthorizationRequest {
  readonly url: URL;
  /** The parameters of the address, in addition to the endpoint's own query. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly pending: PendingAuthorization;
}

/**
 * Builds the address for the browser, and what to remember for its response: authorization code with PKCE S256, a
 * `state` of 256 bits, `resource`, with `openid` a nonce, and with DPoP the key that the code is bound to.
 *
 * @param o.stateSuffix the end of `state` after its 256 random bits, for an editor that routes by it
 * @param o.resource omitted only for a server that is known to refuse it
 * @param o.audience for providers that require it in addition to `resource` or instead of it
 * @param o.extraParameters further parameters that a provider requires; none replaces a parameter that is set here
 * @param o.anotherAccount whether the user wants another account than the one in the browser, and whether the
 *   provider is known to offer a choice
 * @param o.exceptions the exceptions that the user has accepted for this server
 * @throws OAuthFlowError `pkceNotAdvertised` (a server without metadata cannot advertise it and is exempt),
 *   `insecureAddress`
 * @see RFC 7636 §4.3, RFC 8707 §2, RFC 9449 §10, OAuth 2.1 §4.1.1
 */
export async function buildAuthorizationRequest(o: {
  readonly as: AuthorizationServer;
  readonly client: OAuthClient;
  readonly redirectUri: string;
  readonly stateSuffix?: string | undefined;
  readonly resource?: string;
  readonly scopes: readonly string[];
  readonly audience?: string;
  readonly extraParameters?: Readonly<Record<string, string>>;
  readonly dpop?: DpopBinding | undefined;
  readonly anotherAccount?: { readonly offersChoice: boolean } | undefined;
  readonly exceptions?: { readonly pkceNotAdvertised?: boolean };
}): Promise<AuthorizationRequest> {
  const { as, client, redirectUri, resource, scopes, dpop } = o;
  const fault = pkceFault(as);
  if (fault !== undefined && o.exceptions?.pkceNotAdvertised !== true) throw fault;
  const url = endpointOf(as);
  const state = oauth.generateRandomState() + (o.stateSuffix ?? '');
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const nonce = scopes.includes('openid') ? oauth.generateRandomNonce() : undefined;
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    scope: scopes.length === 0 ? undefined : scopes.join(' '),
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    resource,
    audience: o.audience,
    nonce,
    dpop_jkt: await dpop?.key.thumbprint(),
  };
  const defaults = {
    // OpenID Connect Core §11: without it the request for offline access is ignored.
    prompt: scopes.includes('offline_access') ? 'consent' : undefined,
  };
  const another = o.anotherAccount && promptForAnotherAccount(as, o.anotherAccount.offersChoice);
  const asked = { ...defaults, ...o.extraParameters };
  const prompt = another === undefined ? {} : { prompt: joinedPrompts(another, asked.prompt) };
  // Ours come last, those not sent too: none is anybody else's to set.
  const given = Object.entries({ ...asked, ...prompt, ...parameters }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  for (const [name, value] of given) url.searchParams.set(name, value);
  const pending: PendingAuthorization = defined({
    state,
    codeVerifier: new Redacted(codeVerifier),
    redirectUri,
    as,
    client,
    resource,
    scopes: [...scopes],
    nonce,
    dpop,
  });
  return { url, parameters: Object.fromEntries(given), pending };
}

/**
 * The fault of a server that does not announce PKCE with S256. A server without metadata cannot announce it and is
 * exempt.
 *
 * @see MCP authorization, “Authorization Code Protection”
 */
export function pkceFault(as: AuthorizationServer): OAuthFlowError | undefined {
  if (as.code_challenge_methods_supported?.includes('S256') === true || usesDefaultEndpoints(as))
    return undefined;
  return new OAuthFlowError(
    'pkceNotAdvertised',
    `${shownAddress(as.issuer)} does not advertise PKCE (S256) to protect the sign-in.`,
    {
      url: shownAddress(as.issuer),
      field: 'code_challenge_methods_supported',
      fix: 'Ask its administrator to publish code_challenge_methods_supported; a sign-in with the browser asks you once whether to continue anyway.',
    },
  );
}

/** A copy: the endpoint's own query is kept, and ours is added to it (RFC 6749 §3.1). */
function endpointOf(as: AuthorizationServer): URL {
  const url = addressOf(as.authorization_endpoint);
  if (url !== undefined && isSecureAddress(url)) return url;
  throw new OAuthFlowError(
    'insecureAddress',
    `${shownAddress(as.issuer)} has no authorization endpoint that a browser can be sent to.`,
    {
      url: shownAddress(as.issuer),
      field: 'authorization_endpoint',
      fix: 'Ask its administrator to publish an https "authorization_endpoint".',
    },
  );
}

/**
 * The value of `prompt` if the user wants another account than the one in the browser: to choose an account if the
 * server is known to offer that, otherwise to sign in again. Servers without OpenID Connect get no `prompt`.
 *
 * @param offersChoice the provider is known to offer it, although its metadata does not say so
 * @see OpenID Connect Core §3.1.2.1; Initiating User Registration §2, `prompt_values_supported`
 */
function promptForAnotherAccount(as: AuthorizationServer, offersChoice: boolean): string | undefined {
  const advertised: unknown = as['prompt_values_supported'];
  const values: readonly unknown[] = Array.isArray(advertised) ? advertised : [];
  if (offersChoice || values.includes('select_account')) return 'select_account';
  const knowsOpenId = as.userinfo_endpoint !== undefined || as.scopes_supported?.includes('openid') === true;
  return values.includes('login') || knowsOpenId ? 'login' : undefined;
}

/** Both at once, such as `select_account consent`; each word once. */
function joinedPrompts(...prompts: readonly (string | undefined)[]): string | undefined {
  const words = new Set(prompts.flatMap((prompt) => prompt?.split(' ') ?? []).filter((word) => word !== ''));
  // `none` cannot be combined with other values.
  words.delete('none');
  return words.size === 0 ? undefined : [...words].join(' ');
}

/**
 * The address for the browser: a pushed request if the authorization server requires one, otherwise the complete
 * request. A server that merely supports pushed requests gets none: `state`, PKCE, and `iss` already protect the
 * request, the user would wait for another response, and a reference expires within seconds to minutes, while people
 * look for their password.
 *
 * @throws OAuthFlowError `invalidMetadata` if there is no endpoint to push to or its response cannot be used,
 *   `authorizationRefused` with the server's `oauthError`, and the errors of a request
 * @see RFC 9126 §2, §4, §5
 */
export async function pushedWhereRequired(request: AuthorizationRequest, http: HttpContext): Promise<URL> {
  const { as, client, dpop } = request.pending;
  if (as.require_pushed_authorization_requests !== true) return request.url;
  const field = 'pushed_authorization_request_endpoint';
  const endpoint = as[field];
  if (endpoint === undefined) {
    throw noPushEndpoint(as.issuer, field);
  }
  const answer = await requestWithDpop(dpop?.key, (proof) =>
    oauth.pushedAuthorizationRequest(
      as,
      libraryClient(client),
      clientAuthentication(client),
      new URLSearchParams(request.parameters),
      { ...libraryRequest(http), ...proof },
    ),
  );
  // 201 by RFC 9126 §2.2; the library's own reading takes nothing else, and servers are less exact.
  if (answer.status !== 201 && answer.status !== 200) {
    throw pushedRequestRefused(endpoint, answer.status, await errorAnswer(answer, [client.clientSecret]));
  }
  const { request_uri: reference } = await jsonResponse(answer, endpoint);
  if (typeof reference !== 'string' || reference === '') {
    throw noRequestUri(endpoint);
  }
  // The endpoint's own query stays. The pushed parameters are sent once, in the push.
  const url = new URL(request.url);
  for (const name of Object.keys(request.parameters)) url.searchParams.delete(name);
  url.searchParams.set('client_id', client.clientId);
  url.searchParams.set('request_uri', reference);
  return url;
}
