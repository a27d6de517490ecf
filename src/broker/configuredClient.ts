import { identifierOf, type AuthorizationServer } from '../oauth/authorizationServerMetadata.js';
import { OAuthFlowError } from '../oauth/oauthFlowError.js';
import { shownAddress } from '../oauth/serverWords.js';
import type { Credential } from './credential.js';
import type { ServerConfig } from './serverSettings.js';

/**
 * A client id from the settings was registered at one authorization server: the one it is signed in with. A
 * server that names another could have the code that the first one gives brought to it (RFC 9700 §4.4).
 *
 * @param present the server's sign-in, which remembers the issuer until the person signs out
 * @throws OAuthFlowError `clientOfAnotherIssuer`
 */
export function checkConfiguredClient(
  server: ServerConfig,
  as: AuthorizationServer,
  present: Credential | undefined,
): void {
  if (server.oauth.clientId === undefined || present === undefined) return;
  const { source, clientId } = present.client;
  if (source !== 'preRegistered' || clientId !== server.oauth.clientId) return;
  if (identifierOf(present.as) === identifierOf(as)) return;
  throw new OAuthFlowError(
    'clientOfAnotherIssuer',
    `“${server.name}” names the authorization server ${shownAddress(identifierOf(as))}, but its configured client id is in use at ${shownAddress(identifierOf(present.as))}.`,
    {
      url: shownAddress(as.issuer),
      field: 'oauth.clientId',
      fix: `If you trust the change, sign out of “${server.name}” first, or configure a client id registered there.`,
    },
  );
}
