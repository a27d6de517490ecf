import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import type { Network } from '../../oauth/httpContext.js';
import type { Credential } from '../accounts/credential.js';
import type { CredentialStore } from '../accounts/credentialStore.js';
import { errorName } from '../errorName.js';
import { releaseClient } from './oneTimeClients.js';
import type { Log } from '../ports.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** What it takes to let go of a client. */
export interface ReplacedClientParts {
  readonly credentials: CredentialStore;
  readonly http: Network;
  readonly log: Log;
}

/**
 * Deletes the registration of the client whose sign-in another one has replaced, where it was made for that sign-in
 * alone. Never rejects.
 *
 * Any other stays at the authorization server: who uses it cannot be told from here. Every account and agent at
 * every server of the issuer may, those of other settings over the same store too, and a registration that is
 * deleted takes all their tokens with it (RFC 7592 §2.3).
 */
export async function releaseReplacedClient(
  server: ServerConfig,
  replaced: Credential,
  { credentials, http, log }: ReplacedClientParts,
): Promise<void> {
  const { client } = replaced;
  if (client.isOneTime !== true) return;
  try {
    if (await isGivenTwice(replaced, credentials)) return;
  } catch (error) {
    log.warn(`${server.name}: whether a client is in use could not be read (${errorName(error)}).`);
    return;
  }
  await releaseClient(server, client, { http, log });
}

/** Whether the sign-in in its place has the same client: some servers register nobody anew (RFC 7591 §3.2.1). */
async function isGivenTwice(
  { as, client, serverUrl }: Credential,
  credentials: CredentialStore,
): Promise<boolean> {
  await credentials.reread(serverUrl);
  const held = await credentials.all(serverUrl);
  return held.some(
    (one) => one.client.clientId === client.clientId && identifierOf(one.as) === identifierOf(as),
  );
}
