import { identifierOf, type AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import { chooseClientIdentity, registerClient, type ClientIdentity } from '../../oauth/clientRegistration.js';
import type { HttpContext } from '../../oauth/httpContext.js';
import type { OAuthClient } from '../../oauth/oauthClient.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { profileOf } from '../../oauth/providerProfiles.js';
import { shownAddress } from '../../oauth/serverWords.js';
import { callbackPath, callbackPathFor } from './callbackPath.js';
import { deleteRegistration, readRegistration } from '../../oauth/clientManagement.js';
import { clientIdRequired } from './clientIdRequired.js';
import { usualLoopbackPort } from './clientMetadataDocument.js';
import type { ClientSecrets } from './clientSecrets.js';
import type { ClientStore } from './clientStore.js';
import type { RedirectUri, RedirectUris } from '../ports.js';
import {
  fixedRedirectUris,
  redirectOfKnownClient,
  redirectOpeners,
  redirectUnavailable,
  type ChosenRedirect,
} from './redirectChoice.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { SignInPolicy } from '../settings/signInPolicy.js';

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
      const documentPort = isDocument ? usualLoopbackPort : undefined;
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
  const path = await callbackPathFor(as);
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
  const path = await callbackPathFor(as);
  let refusal: OAuthFlowError | undefined;
  for (const open of redirectOpeners(policy, redirects)) {
    const redirect = await open(path);
    if (redirect === undefined) continue;
    try {
      return await atRedirect(redirect);
    } catch (error) {
      redirect.dispose();
      if (!mayBeAboutTheRedirect(error)) throw error;
      refusal = error;
    }
  }
  throw refusal ?? redirectUnavailable();

  async function atRedirect(redirect: ChosenRedirect): Promise<ClientWithRedirect> {
    const issuer = identifierOf(as);
    const known = redirect.fixed ? await knownClient(issuer, redirect.uri, clients, http) : undefined;
    if (known !== undefined) {
      return { client: known, redirect, isReused: true, because: knownBefore };
    }
    const registration = { redirectUris: [redirect.uri], clientName, scopes };
    const client = withRedirect(await registerClient(as, registration, http), redirect.uri);
    if (client.redirectUris.length === 0) {
      // Nobody will use it. Where that cannot be said, it stays.
      await deleteRegistration(client, http).catch(() => false);
      throw redirectLeftOut(as, redirect.uri);
    }
    if (!redirect.fixed) {
      return { client: { ...client, isOneTime: true }, redirect, isReused: false, because };
    }
    await clients.put(issuer, redirect.uri, client);
    return { client, redirect, isReused: false, because };
  }
}

/**
 * RFC 7591 §3.2.2 has `invalid_redirect_uri` for it. Servers in use say any other code of a redirect they do not
 * take, or none, so that another one is tried after every refusal that may be about it.
 */
function mayBeAboutTheRedirect(error: unknown): error is OAuthFlowError {
  if (!(error instanceof OAuthFlowError) || error.code !== 'registrationRefused') return false;
  const { status, oauthError, field } = error.details;
  return status === 400 || oauthError === 'invalid_redirect_uri' || field === 'redirect_uris';
}

/**
 * The client with the redirect URI that is used, which the answer may name as a server stores it: without the port,
 * which varies (RFC 8252 §7.3). Without any where the server has left it out, as it may (RFC 7591 §3.2.1).
 */
function withRedirect(client: OAuthClient, uri: string): OAuthClient {
  const isRegistered = client.redirectUris.some((one) => [uri, withoutLoopbackPort(uri)].includes(one));
  return { ...client, redirectUris: isRegistered ? [uri] : [] };
}

function withoutLoopbackPort(uri: string): string {
  return uri.replace(/^(http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])):\d+(?=\/)/, '$1');
}

function redirectLeftOut(as: AuthorizationServer, uri: string): OAuthFlowError {
  return new OAuthFlowError(
    'registrationRefused',
    `${shownAddress(as.issuer)} registered this client, and not its callback address ${shownAddress(new URL(uri))}.`,
    {
      url: shownAddress(as.registration_endpoint ?? as.issuer),
      field: 'redirect_uris',
      fix: 'Register a client at the authorization server by hand and enter its client id.',
    },
  );
}

/**
 * The client that was registered before, where it may still be used: one that may have been forgotten is asked
 * about first, so that neither a stale client is used nor a good one left behind.
 */
async function knownClient(
  issuer: string,
  redirectUri: string,
  clients: ClientStore,
  http: HttpContext,
): Promise<OAuthClient | undefined> {
  const known = await clients.get(issuer, redirectUri);
  if (known === undefined || !(await clients.isDoubted(issuer, redirectUri))) return known;
  const said = await readRegistration(known, http);
  if (said === undefined) return known;
  const current = said === 'gone' ? undefined : withRedirect(said, redirectUri);
  if (current === undefined || current.redirectUris.length === 0) {
    // Forgotten here alone: the sign-ins that were made with it rest on its registration.
    await clients.remove(issuer, redirectUri);
    return undefined;
  }
  await clients.put(issuer, redirectUri, current);
  return current;
}
