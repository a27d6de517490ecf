import { defined } from '../base/defined.js';
import * as oauth from 'oauth4webapi';
import type { AuthorizationRequest } from './authorizationRequest.js';
import { clientAuthentication, libraryClient, libraryRequest } from './clientAuthentication.js';
import { requestWithDpop } from './dpop.js';
import type { HttpContext } from './httpContext.js';
import { errorAnswer, jsonResponse } from './jsonResponse.js';
import { OAuthFlowError, refusalFix } from './oauthFlowError.js';
import { sentence, shownAddress } from '../base/displayText.js';

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
    const issuer = shownAddress(as.issuer);
    throw new OAuthFlowError(
      'invalidMetadata',
      `${issuer} requires pushed authorization requests (PAR), but has no "${field}".`,
      { url: issuer, field, fix: 'Ask its administrator to publish it.' },
    );
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
    const said = await errorAnswer(answer, [client.clientSecret]);
    throw refused(endpoint, answer.status, said?.error, said?.description);
  }
  const { request_uri: reference } = await jsonResponse(answer, endpoint);
  if (typeof reference !== 'string' || reference === '') {
    throw new OAuthFlowError(
      'invalidMetadata',
      `The response of ${shownAddress(endpoint)} to the pushed authorization request has no "request_uri".`,
      {
        url: shownAddress(endpoint),
        field: 'request_uri',
        fix: `Tell the administrator of ${new URL(endpoint).host}, who must fix its response (RFC 9126).`,
      },
    );
  }
  // The endpoint's own query stays; what was pushed is said once, there.
  const url = new URL(request.url);
  for (const name of Object.keys(request.parameters)) url.searchParams.delete(name);
  url.searchParams.set('client_id', client.clientId);
  url.searchParams.set('request_uri', reference);
  return url;
}

function refused(endpoint: string, status: number, error?: string, description?: string): OAuthFlowError {
  const url = shownAddress(endpoint);
  const why = [error ?? `status ${status}`, ...(description === undefined ? [] : [description])].join(', ');
  return new OAuthFlowError(
    'authorizationRefused',
    sentence(`${url} rejected the pushed authorization request (PAR): ${why}`),
    defined({
      url,
      status,
      oauthError: error,
      ...refusalFix(error, status),
    }),
  );
}
