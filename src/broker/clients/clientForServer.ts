import { chooseClientIdentity, type ClientIdentity } from '../../oauth/clientRegistration.js';
import type { HttpContext } from '../../oauth/httpContext.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { callbackPath } from '../callbacks/pendingCallbacks.js';
import type { ClientNeed, ClientParts, ClientWithRedirect, ConfiguredClientParts } from './clientNeed.js';
import { RedirectChoice } from './redirectUri.js';
import { registeredClient } from './registeredClient.js';
import { clientIdRequired, clientSecretRequired, clientOfAnotherIssuer } from './clientErrors.js';
import { identifierOf, type AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import type { ClientStore } from './clientStore.js';
import type { CredentialStore } from '../accounts/credentialStore.js';
import { errorName } from '../../base/errorName.js';
import type { Log } from '../../base/log.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { Credential } from '../accounts/credential.js';

/**
 * Step 5b: determines the client at this authorization server, and its redirect URI. The redirect URIs are tried in
 * the order of `redirectOrder`: the next one is used if the port is taken or the registration refuses it.
 *
 * @throws OAuthFlowError `clientIdRequired`, `clientSecretRequired`, `clientOfAnotherIssuer`, `registrationRefused`,
 *   `redirectUnavailable`, and the errors of a request
 */
export async function clientForServer(
  need: ClientNeed,
  parts: ClientParts,
  http: HttpContext,
): Promise<ClientWithRedirect> {
  const { server, as } = need;
  const identity = await configuredIdentity(need, parts);
  switch (identity.kind) {
    case 'use': {
      const { client, because } = identity;
      const kind = client.source === 'clientIdMetadataDocument' ? 'document' : 'preRegistered';
      const choice = await RedirectChoice.of(need, kind, parts.redirects, callbackPath);
      return { client, redirect: await choice.openFirst(), isReused: true, because };
    }
    case 'register':
      return registeredClient(need, parts, identity.because, http).catch((error: unknown) => {
        if (!isLastingRefusal(error)) throw error;
        return clientByHand(need, parts, http, error);
      });
    case 'ask':
      return clientByHand(need, parts, http, clientIdRequired(server, as, identity.because));
  }
}

/** @throws `otherwise` if the user has no client */
async function clientByHand(
  need: ClientNeed,
  parts: ClientParts,
  http: HttpContext,
  otherwise: OAuthFlowError,
): Promise<ClientWithRedirect> {
  const clientId = await parts.askClientId?.(need.as);
  if (clientId === undefined) throw otherwise;
  return clientForServer({ ...need, policy: { ...need.policy, clientId } }, parts, http);
}

/** Too many registrations for now, or a fault of the server's, is over some time. */
function isLastingRefusal(error: unknown): error is OAuthFlowError {
  if (!(error instanceof OAuthFlowError) || error.code !== 'registrationRefused') return false;
  const { status = 400 } = error.details;
  return status !== 429 && status < 500;
}

/**
 * The client of the settings, with what the user gave it to prove itself with at this issuer, or what else
 * there is to do for one.
 *
 * @throws OAuthFlowError `clientOfAnotherIssuer`, `clientSecretRequired`
 */
export async function configuredIdentity(
  { server, as, policy }: ClientNeed,
  { clientSecrets, clientMetadataUrl }: ConfiguredClientParts,
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
    configuredClientId: clientId,
    configuredSecret: secret,
    configuredKey: key,
    clientMetadataUrl,
  });
}

/** Remembers the issuer at which a client ID from the settings is used. */
interface Stores {
  readonly credentials: CredentialStore;
  readonly clients: ClientStore;
}

/**
 * A client id from the settings was registered at one authorization server: the one it has signed in with. A
 * server that names another could have the code that the first one gives brought to it (RFC 9700 §4.4). The
 * settings may say that another is meant.
 *
 * @throws OAuthFlowError `clientOfAnotherIssuer`
 */
export async function checkConfiguredClient(
  server: ServerConfig,
  as: AuthorizationServer,
  stores: Stores,
): Promise<void> {
  const { clientId, authorizationServer } = server.oauth;
  const named = identifierOf(as);
  if (clientId === undefined || authorizationServer === named) return;
  const known = await issuerInUse(server, clientId, stores);
  if (known === undefined || known === named) return;
  throw clientOfAnotherIssuer(server, as, known);
}

/** Remembers, even after a sign-out, the issuer at which a client ID from the settings has signed in. Never rejects. */
export async function rememberConfiguredClient(
  credential: Credential | undefined,
  { url, oauth }: ServerConfig,
  { clients, log }: { readonly clients: ClientStore; readonly log: Log },
): Promise<void> {
  if (credential === undefined || oauth.clientId === undefined) return;
  const issuer = identifierOf(credential.as);
  try {
    await clients.rememberIssuer(url, oauth.clientId, issuer);
  } catch (error) {
    log.warn(`The authorization server of ${new URL(url).host} could not be saved (${errorName(error)}).`);
  }
}

async function issuerInUse(
  { url }: ServerConfig,
  clientId: string,
  { credentials, clients }: Stores,
): Promise<string | undefined> {
  const present = await credentials.get(url);
  const { source, clientId: used } = present?.client ?? {};
  if (present !== undefined && source === 'preRegistered' && used === clientId)
    return identifierOf(present.as);
  return clients.issuerOf(url, clientId);
}
