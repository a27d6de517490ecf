import { identifierOf, type AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import { sha256 } from '../sha256.js';

/** Where authorization responses arrive, below the URI handler's authority or the loopback listener's. */
export const callbackPath = '/callback';

/**
 * The path of the redirect URI at one issuer. Who does not name itself in its responses (RFC 9207) gets one of
 * its own where the client can register it, so that a code of another issuer arrives elsewhere than its
 * sign-in waits (RFC 9700 §4.4.2.1). A client that was not registered by us has one path everywhere.
 */
export async function callbackPathFor(as: AuthorizationServer): Promise<string> {
  if (as.authorization_response_iss_parameter_supported === true) return callbackPath;
  return `${callbackPath}/${(await sha256(identifierOf(as))).slice(0, 16)}`;
}

/** Whether an authorization response can arrive at a path at all. */
export function isCallbackPath(path: string): boolean {
  return path === callbackPath || /^\/callback\/[0-9a-f]{16}$/.test(path);
}
