import { identifierOf, type AuthorizationServer } from '../oauth/authorizationServerMetadata.js';
import { chooseClientIdentity, registerClient } from '../oauth/clientRegistration.js';
import type { OAuthClient } from '../oauth/oauthClient.js';
import type { HttpContext } from '../oauth/httpContext.js';
import { OAuthFlowError } from '../oauth/oauthFlowError.js';
import { callbackPathFor } from './callbackPath.js';
import type { ClientStore } from './clientStore.js';
import type { RedirectUri, RedirectUris } from './ports.js';
import type { ServerConfig } from './serverSettings.js';
import type { SignInPolicy } from './signInPolicy.js';

/** Shown by authorization servers on their consent pages. */
const clientName = 'MCP OAuth Broker for VS Code';

/** A client and the one redirect URI that is registered for it and will be used. */
export interface ClientWithRedirect {
  readonly client: OAuthClient;
  readonly redirect: RedirectUri;
  /** Whether the client was there before: given by hand, or registered at an earlier sign-in. */
  readonly isReused: boolean;
}

/** What a client is needed for. */
export interface ClientNeed {
  readonly server: ServerConfig;
  readonly as: AuthorizationServer;
  readonly policy: SignInPolicy;
  readonly scopes: readonly string[];
}

export interface ClientParts {
  readonly redirects: RedirectUris;
  readonly clients: ClientStore;
  /** Our client ID metadata document, where one is hosted. */
  readonly clientMetadataUrl?: string;
}

/**
 * Step 5b: who we are at this authorization server. The editor's URI handler is the callback; a loopback
 * listener is, where the registration refuses the handler's scheme or where the handler's address changes
 * at each sign-in and the client was registered by hand.
 */
export async function clientForServer(
  { server, as, policy, scopes }: ClientNeed,
  { redirects, clients, clientMetadataUrl }: ClientParts,
  http: HttpContext,
): Promise<ClientWithRedirect> {
  const issuer = identifierOf(as);
  const path = await callbackPathFor(as, policy.clientId !== undefined);
  const handler = await redirects.uriHandler(path);
  try {
    const known = handler?.fixed === true ? await clients.get(issuer, handler.uri) : undefined;
    const identity = chooseClientIdentity(as, {
      ...(policy.clientId !== undefined && { configuredClientId: policy.clientId }),
      ...(known !== undefined && { known }),
      ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
    });
    switch (identity.kind) {
      case 'ask':
        throw new OAuthFlowError('clientIdRequired', identity.because, {
          field: 'oauth.clientId',
          fix: `Register a client at ${new URL(as.issuer).host} and put its id in the settings of “${server.name}” as oauth.clientId.`,
        });
      case 'use': {
        if (identity.client.source === 'registered' && handler !== undefined) {
          return { client: identity.client, redirect: handler, isReused: true };
        }
        const redirect = handler?.fixed === true ? handler : await redirects.loopback(path);
        if (redirect !== handler) handler?.dispose();
        return { client: identity.client, redirect, isReused: true };
      }
      case 'register':
        return await register(handler);
    }
  } catch (error) {
    handler?.dispose();
    throw error;
  }

  async function register(
    first: (RedirectUri & { readonly fixed: boolean }) | undefined,
  ): Promise<ClientWithRedirect> {
    if (first !== undefined) {
      try {
        const client = await registerClient(as, { redirectUris: [first.uri], clientName, scopes }, http);
        if (first.fixed) await clients.put(issuer, first.uri, client);
        return { client, redirect: first, isReused: false };
      } catch (error) {
        if (!isAboutTheRedirect(error)) throw error;
        first.dispose();
      }
    }
    const redirect = await redirects.loopback(path);
    try {
      return {
        client: await registerClient(as, { redirectUris: [redirect.uri], clientName, scopes }, http),
        redirect,
        isReused: false,
      };
    } catch (error) {
      redirect.dispose();
      throw error;
    }
  }
}

/** RFC 7591 §3.2.2; many servers say `invalid_client_metadata` of a redirect they do not take. */
function isAboutTheRedirect(error: unknown): boolean {
  return (
    error instanceof OAuthFlowError &&
    error.code === 'registrationRefused' &&
    (error.details.oauthError === 'invalid_redirect_uri' ||
      error.details.oauthError === 'invalid_client_metadata')
  );
}
