import { noPushEndpoint, noRequestUri, pushedRequestRefused } from './flowErrors.js';
import * as oauth from 'oauth4webapi';
import type { AuthorizationRequest } from './authorizationRequest.js';
import { libraryRequest, clientAuthentication, libraryClient } from './clientAuthentication.js';
import { requestWithDpop } from './dpop.js';
import type { HttpContext } from './httpContext.js';
import { errorAnswer, jsonResponse } from './jsonResponse.js';

/**
 * Where the browser is sent: to a request that was pushed ahead, where the authorization server takes it no
 * other way, else to the whole request. One that merely offers it is not asked: `state`, PKCE and `iss` protect
 * the request already, a user waits for one more answer, and a reference dies within seconds to minutes,
 * while people look for their password.
 * @throws OAuthFlowError `invalidMetadata` without an endpoint to push to or for an answer that cannot be
 * used, `authorizationRefused` with the server's `oauthError`, and what a request can throw
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
  // The endpoint's own query stays; what was pushed is said once, there.
  const url = new URL(request.url);
  for (const name of Object.keys(request.parameters)) url.searchParams.delete(name);
  url.searchParams.set('client_id', client.clientId);
  url.searchParams.set('request_uri', reference);
  return url;
}
