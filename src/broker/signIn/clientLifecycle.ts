import type { ClientWithRedirect } from '../clients/clientNeed.js';
import type { ClientStore } from '../clients/clientStore.js';
import { errorName } from '../../base/errorName.js';
import type { Log } from '../../base/log.js';
import type { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { SignInOutcome, SignInPhase } from './signIn.js';
import { deleteRegistration } from '../../oauth/clientRegistration.js';
import type { Network } from '../../oauth/httpContext.js';
import { onWordOf } from '../../oauth/networkReach.js';
import type { OAuthClient } from '../../oauth/oauthClient.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { identifierOf } from '../../oauth/authorizationServerMetadata.js';
import type { Credential } from '../accounts/credential.js';
import type { CredentialStore } from '../accounts/credentialStore.js';

/** The errors with which an authorization server rejects a client that it does not know (RFC 6749 §5.2). */
export function isOfUnknownClient({ details }: OAuthFlowError): boolean {
  return details.oauthError === 'invalid_client' || details.oauthError === 'unauthorized_client';
}

/**
 * Whether a sign-in ended as it does if the authorization server no longer knows a client that registered itself, so
 * that the next sign-in registers again. The authorization server reports this on a page that never sends the browser
 * back (RFC 6749 §4.1.2.1), so the sign-in is cancelled or times out. A registration that was made for this very
 * sign-in is kept, because the server knows it.
 */
function isForgotten(
  { client, isReused }: ClientWithRedirect,
  outcome: SignInOutcome,
  phase: SignInPhase,
): boolean {
  if (client.source !== 'registered') return false;
  switch (outcome.kind) {
    case 'failed':
      return isOfUnknownClient(outcome.error);
    case 'timedOut':
    case 'cancelled':
      return isReused && phase === 'waitingForConsent';
    case 'signedIn':
    case 'declined':
      return false;
  }
}

/** A client, with the redirect URI and the issuer it is stored under. */
export interface IdentifiedClient {
  readonly identity: ClientWithRedirect;
  readonly issuer: string;
}

/**
 * Prevents the next sign-in from using a client that the authorization server may have forgotten. If the server
 * supports client management (RFC 7592), it is asked then; otherwise the client is not used again. Never rejects.
 */
export async function forgetClientAfter(
  outcome: SignInOutcome,
  phase: SignInPhase,
  identified: IdentifiedClient | undefined,
  { clients, log }: { readonly clients: ClientStore; readonly log: Log },
): Promise<void> {
  if (identified === undefined || !isForgotten(identified.identity, outcome, phase)) return;
  try {
    const { identity, issuer } = identified;
    // A rejection is certain. A sign-in that was only cancelled may have had another cause, and the client would
    // never be deleted.
    if (outcome.kind !== 'failed' && identity.client.management !== undefined)
      await clients.doubt(issuer, identity.redirect.uri);
    else await clients.remove(issuer, identity.redirect.uri);
  } catch (error) {
    log.warn(`The client of ${new URL(identified.issuer).host} could not be removed (${errorName(error)}).`);
  }
}

interface ReleaseParts {
  readonly http: Network;
  readonly log: Log;
}

/**
 * Deletes the registration of a client that was made for one sign-in after that ends, so that clients do not
 * accumulate at the authorization server. If the server has no client management, the registration stays. Never
 * rejects.
 */
export async function releaseClient(
  server: ServerConfig,
  client: OAuthClient,
  { http, log }: ReleaseParts,
): Promise<void> {
  if (client.isOneTime !== true || client.management === undefined) return;
  const { host } = new URL(client.management.uri);
  try {
    const isGone = await deleteRegistration(client, { ...http, ...onWordOf(server.url) });
    log.info(`${server.name}: the client ${client.clientId} is ${isGone ? '' : 'not '}deleted at ${host}.`);
  } catch (error) {
    log.warn(`${server.name}: a client could not be deleted at ${host} (${errorName(error)}).`);
  }
}

/** The clients that one sign-in has registered for itself: each visit of the browser may have made one. */
export class OneTimeClients {
  readonly #clients: OAuthClient[] = [];

  constructor(
    private readonly server: ServerConfig,
    private readonly parts: ReleaseParts,
  ) {}

  /** Clients that are used again are passed over. */
  add(client: OAuthClient): void {
    if (client.isOneTime === true) this.#clients.push(client);
  }

  /** @param kept the client of the sign-in that was stored, if one was */
  async release(kept?: OAuthClient): Promise<void> {
    for (const client of this.#clients.splice(0)) {
      if (client.clientId !== kept?.clientId) await releaseClient(this.server, client, this.parts);
    }
  }
}

/** What it takes to let go of a client. */
export interface ReplacedClientParts {
  readonly credentials: CredentialStore;
  readonly http: Network;
  readonly log: Log;
}

/**
 * Deletes the registration of a client whose sign-in was replaced, if it was made for that sign-in alone. Never
 * rejects.
 *
 * Any other registration stays at the authorization server, because other users of it are not known here: every
 * account and agent at every server of the issuer may use it, as may those of other settings over the same store, and
 * deleting it invalidates all of their tokens (RFC 7592 §2.3).
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

/** Whether the new sign-in has the same client: some servers return an existing registration (RFC 7591 §3.2.1). */
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
