import { defined } from '../base/defined.js';
import { boundedFetch } from './boundedFetch.js';
import type { HttpContext } from './httpContext.js';
import { jsonResponse, stringArray, type UntrustedJson } from './jsonResponse.js';
import type { ClientManagement, OAuthClient } from './oauthClient.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { Redacted } from '../base/redacted.js';
import { addressOf, isSecureAddress } from '../base/displayText.js';

const longest = 2048;

/**
 * Where a registration can be managed, where its answer says so. An address of another origin than the
 * registration's is not taken: the token that goes there is as good as the client.
 * @see RFC 7592 §3
 */
export function managementOf(response: UntrustedJson, endpoint: string): ClientManagement | undefined {
  const { registration_client_uri: uri, registration_access_token: token } = response;
  const address = addressOf(uri);
  if (address === undefined || typeof token !== 'string' || token === '') return undefined;
  if (!isSecureAddress(address) || address.origin !== new URL(endpoint).origin) return undefined;
  if (address.href.length > longest || token.length > longest) return undefined;
  return { uri: address.href, token: new Redacted(token) };
}

/**
 * Asks for a registration as it stands.
 * @returns the client with what is said of it now; `gone` where the server knows it no more; undefined if it
 * offers no management or says neither
 * @throws the reason of the caller's signal
 * @see RFC 7592 §2.1
 */
export async function readRegistration(
  client: OAuthClient,
  http: HttpContext,
): Promise<OAuthClient | 'gone' | undefined> {
  const { management } = client;
  if (management === undefined) return undefined;
  const headers = { authorization: `Bearer ${management.token.expose()}`, accept: 'application/json' };
  try {
    const answer = await boundedFetch(management.uri, { headers }, http);
    // RFC 7592 §2.1 has 401; servers in use say 404.
    if (answer.status === 401 || answer.status === 404) return 'gone';
    if (answer.status !== 200) return undefined;
    const said = await jsonResponse(answer, management.uri);
    if (said['client_id'] !== client.clientId) return undefined;
    const secret = said['client_secret'];
    const isNewSecret = client.clientSecret !== undefined && typeof secret === 'string' && secret !== '';
    return {
      ...client,
      redirectUris: stringArray(said['redirect_uris']) ?? client.redirectUris,
      // RFC 7592 §3: what the answer gives anew takes the place of what was held.
      management: managementOf(said, management.uri) ?? management,
      ...defined({ clientSecret: isNewSecret ? new Redacted(secret) : undefined }),
    };
  } catch (error) {
    if (error instanceof OAuthFlowError) return undefined;
    throw error;
  }
}

/**
 * Deletes a registration that nobody will use again.
 * @returns whether the authorization server said that it is gone; false if it offers no management
 * @throws what a request can throw
 * @see RFC 7592 §2.3
 */
export async function deleteRegistration({ management }: OAuthClient, http: HttpContext): Promise<boolean> {
  if (management === undefined) return false;
  const headers = { authorization: `Bearer ${management.token.expose()}` };
  const answer = await boundedFetch(management.uri, { method: 'DELETE', headers }, http);
  // RFC 7592 §2.3: 401 is what is said of a client that is not there any more.
  return answer.status === 204 || answer.status === 200 || answer.status === 401;
}
