import { identifierOf } from '../oauth/authorizationServerMetadata.js';
import type { Network } from '../oauth/httpContext.js';
import type { ClientStore } from './clientStore.js';
import type { Credential } from './credential.js';
import type { CredentialStore } from './credentialStore.js';
import { errorName } from './errorName.js';
import { deleteClient } from './oneTimeClients.js';
import type { Log } from './ports.js';
import type { ServerConfig } from './serverSettings.js';

/** What it takes to know who else uses a client. */
export interface ReplacedClientParts {
  readonly credentials: CredentialStore;
  readonly clients: ClientStore;
  readonly http: Network;
  readonly log: Log;
  /** All that are configured: a client is used at every server of its authorization server. */
  readonly servers?: () => readonly ServerConfig[];
}

/**
 * Deletes the registration of the client whose sign-in another one has replaced, where nobody will use it again:
 * no sign-in at any server rests on it, and the next one would find another. Never rejects.
 */
export async function releaseReplacedClient(
  server: ServerConfig,
  replaced: Credential,
  parts: ReplacedClientParts,
): Promise<void> {
  const { client } = replaced;
  if (client.source !== 'registered' || client.management === undefined) return;
  try {
    if (await isInUse(server, replaced, parts)) return;
  } catch (error) {
    parts.log.warn(`${server.name}: whether a client is in use could not be read (${errorName(error)}).`);
    return;
  }
  await deleteClient(server, client, parts);
}

async function isInUse(
  server: ServerConfig,
  { as, client, serverUrl: place }: Credential,
  { credentials, clients, servers = () => [] }: ReplacedClientParts,
): Promise<boolean> {
  const issuer = identifierOf(as);
  for (const url of new Set([place, server.url, ...servers().map((one) => one.url)])) {
    await credentials.reread(url);
    for (const held of await credentials.all(url))
      if (held.client.clientId === client.clientId && identifierOf(held.as) === issuer) return true;
  }
  if (client.isOneTime === true) return false;
  for (const uri of client.redirectUris)
    if ((await clients.get(issuer, uri))?.clientId === client.clientId) return true;
  // One whose redirect URI is not known may be stored under any.
  return client.redirectUris.length === 0;
}
