import type { OAuthClient } from '../../oauth/oauthClient.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { ProtectedResource } from '../../oauth/protectedResourceMetadata.js';
import { shownAddress } from '../../base/displayText.js';
import {
  authenticationProviders,
  type AuthenticationProviderProfile,
} from '../settings/authenticationProviders.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** Whose account a server's calls use, and as whose issuer's. */
export interface EditorAccountSource {
  readonly provider: AuthenticationProviderProfile;
  readonly issuer: string;
}

/**
 * The editor's authentication provider that a server's entry names. A server that the provider's issuer does not
 * protect would be brought a token that is good elsewhere, so its own metadata has to name that issuer.
 *
 * @returns undefined if the entry names none
 * @throws OAuthFlowError `authenticationProviderRefused`
 * @see RFC 9728 §7.6
 */
export function editorAccountSource(
  server: ServerConfig,
  { authorizationServers }: ProtectedResource,
  providers: readonly AuthenticationProviderProfile[] = authenticationProviders,
): EditorAccountSource | undefined {
  const id = server.oauth.authenticationProvider;
  if (id === undefined) return undefined;
  const provider = providers.find((one) => one.id === id);
  const { authorizationServer } = server.oauth;
  const issuer = authorizationServers.find(
    (named) =>
      provider?.issuer.test(named) === true &&
      (authorizationServer === undefined || authorizationServer === named),
  );
  if (provider !== undefined && issuer !== undefined) return { provider, issuer };
  throw new OAuthFlowError(
    'authenticationProviderRefused',
    `“${server.name}” does not get a token of your ${provider?.label ?? id} account, because its metadata names ${authorizationServers.map(shownAddress).join(', ')}, which does not issue these tokens.`,
    {
      url: shownAddress(server.url),
      field: 'oauth.authenticationProvider',
      fix: `Remove oauth.authenticationProvider from the settings of “${server.name}” and sign in with the browser.`,
    },
  );
}

/** The editor signs in as itself, with a client of its own: to us it has the provider's name. */
export function editorClient({ provider }: EditorAccountSource): OAuthClient {
  return { clientId: provider.id, authMethod: 'none', source: 'editor', redirectUris: [] };
}
