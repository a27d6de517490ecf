import { clientOfAnotherIssuer } from './clientErrors.js';
import { identifierOf, type AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import type { ClientStore } from './clientStore.js';
import type { CredentialStore } from '../accounts/credentialStore.js';
import { errorName } from '../../base/errorName.js';
import type { Log } from '../../base/log.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { Credential } from '../accounts/credential.js';

/** What remembers where a client id from the settings is in use. */
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

/** Remembers, beyond a sign-out, where a client id from the settings has signed in. Never rejects. */
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
