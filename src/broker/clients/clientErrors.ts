import { identifierOf, type AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import { profileOf } from '../../oauth/providerProfiles.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { shownAddress } from '../../base/displayText.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** The authorization server supports only manually registered clients. */
export function clientIdRequired(
  { name }: ServerConfig,
  as: AuthorizationServer,
  because: string,
): OAuthFlowError {
  return new OAuthFlowError('clientIdRequired', because, {
    field: 'oauth.clientId',
    fix: `Register a client at ${new URL(identifierOf(as)).host} and run “MCP OAuth: Set Client ID…”, or set its ID as oauth.clientId in the settings of “${name}”.`,
  });
}

/** The same if no user can be asked for one. */
export function ownClientRequired(server: ServerConfig, as: AuthorizationServer): OAuthFlowError {
  const because = `“${server.name}” gets its tokens without a user, which requires a client registered at ${shownAddress(as.issuer)}.`;
  return clientIdRequired(server, as, because);
}

/** Thrown before the user consents, since the sign-in could not succeed. */
export function clientSecretRequired({ name, oauth }: ServerConfig, issuer: string): OAuthFlowError {
  const host = shownAddress(issuer);
  const provider = profileOf(issuer, oauth.profile)?.name ?? host;
  return new OAuthFlowError(
    'clientSecretRequired',
    `${provider} requires a client secret, and none is stored for “${name}”.`,
    { url: host, field: 'oauth.clientId', fix: 'Run “MCP OAuth: Set Client Secret…”.' },
  );
}

/** The configured client ID is in use at one issuer, and the server names another. */
export function clientOfAnotherIssuer(
  { name }: ServerConfig,
  as: AuthorizationServer,
  known: string,
): OAuthFlowError {
  const named = shownAddress(identifierOf(as));
  return new OAuthFlowError(
    'clientOfAnotherIssuer',
    `“${name}” names the authorization server ${named}, but its configured client ID belongs to ${shownAddress(known)}.`,
    {
      url: shownAddress(as.issuer),
      field: 'oauth.clientId',
      fix: `If you trust the change, set oauth.authorizationServer of “${name}” to “${named}”, or configure a client ID registered there.`,
    },
  );
}

/** What proves the client is in use at one issuer, and the server names another. */
export function secretOfAnotherIssuer(
  server: string,
  kind: 'secret' | 'key',
  named: string,
  known: string,
): OAuthFlowError {
  const command = kind === 'secret' ? 'Set Client Secret…' : 'Set Client Key…';
  return new OAuthFlowError(
    'clientOfAnotherIssuer',
    `“${server}” names the authorization server ${shownAddress(named)}, but its client ${kind} belongs to ${shownAddress(known)}.`,
    {
      url: shownAddress(named),
      field: 'oauth.clientId',
      fix: `If you trust the change, run “MCP OAuth: ${command}” again for a client registered there.`,
    },
  );
}
