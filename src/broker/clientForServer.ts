import { identifierOf, type AuthorizationServer } from '../oauth/authorizationServerMetadata.js';
import { chooseClientIdentity, registerClient, type ClientIdentity } from '../oauth/clientRegistration.js';
import type { HttpContext } from '../oauth/httpContext.js';
import type { OAuthClient } from '../oauth/oauthClient.js';
import { OAuthFlowError } from '../oauth/oauthFlowError.js';
import { profileOf } from '../oauth/providerProfiles.js';
import { shownAddress } from '../oauth/serverWords.js';
import { callbackPath, callbackPathFor } from './callbackPath.js';
import { clientIdRequired } from './clientIdRequired.js';
import { documentLoopbackPort } from './clientMetadataDocument.js';
import type { ClientSecrets } from './clientSecrets.js';
import type { ClientStore } from './clientStore.js';
import type { RedirectUri, RedirectUris } from './ports.js';
import {
  fixedRedirectUris,
  redirectOfKnownClient,
  redirectOpeners,
  redirectUnavailable,
  type ChosenRedirect,
} from './redirectChoice.js';
import type { ServerConfig } from './serverSettings.js';
import type { SignInPolicy } from './signInPolicy.js';

/** Shown by authorization servers on their consent pages. */
export const clientName = 'MCP OAuth Broker for VS Code';

/** A client and the one redirect URI that is registered for it and will be used. */
export interface ClientWithRedirect {
  readonly client: OAuthClient;
  readonly redirect: RedirectUri;
  /** Whether the client was there before: given by hand, or registered at an earlier sign-in. */
  readonly isReused: boolean;
  /** Why it is this client, as a sentence. */
  readonly because: string;
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
  readonly clientSecrets?: ClientSecrets;
  /** Our client ID metadata document, where one is hosted. */
  readonly clientMetadataUrl?: string | undefined;
  /** Asks the person for the id of a client registered by hand, where nothing else is left. */
  readonly askClientId?: (as: AuthorizationServer) => Promise<string | undefined>;
}

/**
 * Step 5b: who we are at this authorization server, and where it sends the browser back to. In the order of the
 * policy the editor's URI handler is the callback, or a loopback listener where the registration refuses the
 * handler's scheme or the handler's address changes at each sign-in and the client was registered by hand.
 *
 * @throws OAuthFlowError `clientIdRequired`, `clientSecretRequired`, `clientOfAnotherIssuer`,
 * `registrationRefused`, `redirectUnavailable`, and what a request can throw
 */
export async function clientForServer(
  need: ClientNeed,
  parts: ClientParts,
  http: HttpContext,
): Promise<ClientWithRedirect> {
  const { server, as, policy } = need;
  const identity = await configuredIdentity(need, parts);
  switch (identity.kind) {
    case 'use': {
      const { client, because } = identity;
      const isDocument = client.source === 'clientIdMetadataDocument';
      const documentPort = isDocument ? documentLoopbackPort : undefined;
      const redirect = await redirectOfKnownClient(policy, parts.redirects, callbackPath, documentPort);
      return { client, redirect, isReused: true, because };
    }
    case 'register':
      return registered(need, parts, identity.because, http);
    case 'ask': {
      const clientId = await parts.askClientId?.(as);
      if (clientId !== undefined)
        return clientForServer({ ...need, policy: { ...policy, clientId } }, parts, http);
      throw clientIdRequired(server, as, identity.because);
    }
  }
}

/**
 * The client of the settings, with what the person gave it to prove itself with at this issuer, or what else
 * there is to do for one.
 *
 * @throws OAuthFlowError `clientOfAnotherIssuer`, `clientSecretRequired`
 */
export async function configuredIdentity(
  { server, as, policy }: ClientNeed,
  { clientSecrets, clientMetadataUrl }: Pick<ClientParts, 'clientSecrets' | 'clientMetadataUrl'>,
  known?: OAuthClient,
): Promise<ClientIdentity> {
  const { clientId } = policy;
  const issuer = identifierOf(as);
  const isConfigured = clientId !== undefined && clientSecrets !== undefined;
  const secret = isConfigured ? await clientSecrets.get(server, clientId, issuer) : undefined;
  const key = isConfigured ? await clientSecrets.getKey(server, clientId, issuer) : undefined;
  if (clientId !== undefined && secret === undefined && key === undefined && policy.secretRequired === true) {
    throw clientSecretRequired(server, issuer);
  }
  return chooseClientIdentity(as, {
    ...(clientId !== undefined && { configuredClientId: clientId }),
    ...(secret !== undefined && { configuredSecret: secret }),
    ...(key !== undefined && { configuredKey: key }),
    ...(known !== undefined && { known }),
    ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
  });
}

/** Said before the person consents to what would come to nothing. */
export function clientSecretRequired({ name, oauth }: ServerConfig, issuer: string): OAuthFlowError {
  const host = shownAddress(issuer);
  const provider = profileOf(issuer, oauth.profile)?.name ?? host;
  return new OAuthFlowError(
    'clientSecretRequired',
    `${provider} gives no tokens to a client without its secret, and none is stored for “${name}”.`,
    { url: host, field: 'oauth.clientId', fix: 'Run “MCP OAuth: Set Client Secret…”.' },
  );
}

const knownBefore = 'It was registered at this authorization server before.';

/** The client of an earlier sign-in that the next one would use, only looked for. */
export async function registeredBefore(
  { as, policy }: Pick<ClientNeed, 'as' | 'policy'>,
  parts: {
    readonly clients: Pick<ClientStore, 'get'>;
    readonly redirects: Pick<RedirectUris, 'uriHandler'>;
  },
): Promise<ClientIdentity | undefined> {
  const path = await callbackPathFor(as, false);
  for (const uri of await fixedRedirectUris(policy, parts.redirects, path)) {
    const client = await parts.clients.get(identifierOf(as), uri);
    if (client !== undefined) return { kind: 'use', client, because: knownBefore };
  }
  return undefined;
}

/** The client registered before with the same redirect URI, or a new one; another redirect URI where one is refused. */
async function registered(
  { as, policy, scopes }: ClientNeed,
  { redirects, clients }: ClientParts,
  because: string,
  http: HttpContext,
): Promise<ClientWithRedirect> {
  const path = await callbackPathFor(as, false);
  let refusal: OAuthFlowError | undefined;
  for (const open of redirectOpeners(policy, redirects)) {
    const redirect = await open(path);
    if (redirect === undefined) continue;
    try {
      return await atRedirect(redirect);
    } catch (error) {
      redirect.dispose();
      if (!isAboutTheRedirect(error)) throw error;
      refusal = error;
    }
  }
  throw refusal ?? redirectUnavailable();

  async function atRedirect(redirect: ChosenRedirect): Promise<ClientWithRedirect> {
    const issuer = identifierOf(as);
    const known = redirect.fixed ? await clients.get(issuer, redirect.uri) : undefined;
    if (known !== undefined) {
      return { client: known, redirect, isReused: true, because: knownBefore };
    }
    const registration = { redirectUris: [redirect.uri], clientName, scopes };
    const client = await registerClient(as, registration, http);
    if (!redirect.fixed) {
      return { client: { ...client, isOneTime: true }, redirect, isReused: false, because };
    }
    await clients.put(issuer, redirect.uri, client);
    return { client, redirect, isReused: false, because };
  }
}

/** RFC 7591 §3.2.2; many servers say `invalid_client_metadata` of a redirect they do not take. */
function isAboutTheRedirect(error: unknown): error is OAuthFlowError {
  return (
    error instanceof OAuthFlowError &&
    error.code === 'registrationRefused' &&
    (error.details.oauthError === 'invalid_redirect_uri' ||
      error.details.oauthError === 'invalid_client_metadata')
  );
}
