import { boundedFetch } from './boundedFetch.js';
import type { HttpContext } from './httpContext.js';
import type { UntrustedJson } from './jsonAnswer.js';
import type { ClientManagement, OAuthClient } from './oauthClient.js';
import { Redacted } from './redacted.js';
import { addressOf, isSecureAddress } from './secureAddress.js';

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
 * Deletes a registration that nobody will use again.
 * @returns whether the authorization server said that it is gone; false where it offers no management
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
