import type { AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import type { OAuthClient } from '../../oauth/oauthClient.js';
import type { RedirectUris } from '../ports.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { SignInPolicy } from '../settings/signInPolicy.js';
import type { ClientSecrets } from './clientSecrets.js';
import type { ClientStore } from './clientStore.js';
import type { ChosenRedirect } from './redirectUri.js';

/** Shown by authorization servers on their consent pages. */
export const clientName = 'MCP OAuth Broker for VS Code';

/** A client and the one redirect URI that is registered for it and will be used. */
export interface ClientWithRedirect {
  readonly client: OAuthClient;
  readonly redirect: ChosenRedirect;
  /** Whether the client was there before: given by hand, or registered at an earlier sign-in. */
  readonly isReused: boolean;
  /** Why it is this client, as a sentence. */
  readonly because: string;
}

/** The authorization server that a client is needed at. */
export interface ClientPlace {
  readonly server: ServerConfig;
  readonly as: AuthorizationServer;
  readonly policy: SignInPolicy;
}

/** What a client is needed for. */
export interface ClientNeed extends ClientPlace {
  readonly scopes: readonly string[];
}

/** What there is without a registration. */
export interface ConfiguredClientParts {
  readonly clientSecrets?: ClientSecrets | undefined;
  /** Our client ID metadata document, if one is hosted. */
  readonly clientMetadataUrl?: string | undefined;
}

export interface ClientParts extends ConfiguredClientParts {
  readonly redirects: RedirectUris;
  readonly clients: ClientStore;
  /** Asks the user for the ID of a manually registered client, if there is no other way. */
  readonly askClientId?: (as: AuthorizationServer) => Promise<string | undefined>;
}
