import { deleteRegistration } from '../../oauth/clientManagement.js';
import type { Network } from '../../oauth/httpContext.js';
import { onWordOf } from '../../oauth/networkReach.js';
import type { OAuthClient } from '../../oauth/oauthClient.js';
import { errorName } from '../errorName.js';
import type { Log } from '../ports.js';
import type { ServerConfig } from '../settings/serverSettings.js';

interface ReleaseParts {
  readonly http: Network;
  readonly log: Log;
}

/**
 * Deletes the registration of a client that was made for one sign-in, when that is over, so that clients do not
 * pile up at the authorization server. Best effort: where there is no management, it stays. Never rejects.
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

  add(client: OAuthClient): void {
    this.#clients.push(client);
  }

  /** @param kept the client of the sign-in that was stored, if one was */
  async release(kept?: OAuthClient): Promise<void> {
    for (const client of this.#clients.splice(0)) {
      if (client.clientId !== kept?.clientId) await releaseClient(this.server, client, this.parts);
    }
  }
}
