import { identifierOf, type AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { shownAddress } from '../../oauth/serverWords.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** Where no client is to be had at an authorization server but one registered there by hand. */
export function clientIdRequired(
  { name }: ServerConfig,
  as: AuthorizationServer,
  because: string,
): OAuthFlowError {
  return new OAuthFlowError('clientIdRequired', because, {
    field: 'oauth.clientId',
    fix: `Register a client at ${new URL(identifierOf(as)).host} and run “MCP OAuth: Set Client ID…”, or put its id in the settings of “${name}” as oauth.clientId.`,
  });
}

/** The same where no person is there to be asked for one. */
export function ownClientRequired(server: ServerConfig, as: AuthorizationServer): OAuthFlowError {
  const because = `“${server.name}” gets its tokens without a person, which takes a client registered at ${shownAddress(as.issuer)}.`;
  return clientIdRequired(server, as, because);
}
