import { isObject } from '../../oauth/jsonResponse.js';
import type { OAuthClient } from '../../oauth/oauthClient.js';
import { clientFromRecord, clientToRecord } from '../../oauth/tokenSetRecord.js';
import type { Clock } from '../../base/clock.js';
import type { SecretStore } from '../../base/storage.js';

/**
 * Clients registered at authorization servers, by issuer and redirect URI: a client is never carried to
 * another issuer, and never used with a redirect it was not registered for.
 */
export class ClientStore {
  constructor(
    private readonly secrets: SecretStore,
    private readonly clock: Clock,
  ) {}

  async get(issuer: string, redirectUri: string): Promise<OAuthClient | undefined> {
    const text = await this.secrets.get(key(issuer, redirectUri));
    if (text === undefined) return undefined;
    try {
      const client = clientFromRecord(JSON.parse(text));
      const expired = client.secretExpiresAt !== undefined && client.secretExpiresAt <= this.clock.now();
      return expired ? undefined : client;
    } catch {
      return undefined;
    }
  }

  /**
   * Notes that the authorization server may have forgotten the client, so that it is asked before the client is used
   * again.
   */
  async doubt(issuer: string, redirectUri: string): Promise<void> {
    const client = await this.get(issuer, redirectUri);
    if (client === undefined) return;
    const record = { ...clientToRecord(client), isDoubted: true };
    await this.secrets.set(key(issuer, redirectUri), JSON.stringify(record));
  }

  /** Until it is stored again. */
  isDoubted(issuer: string, redirectUri: string): Promise<boolean> {
    return this.#isMarked(issuer, redirectUri, 'isDoubted');
  }

  /** Notes, in place of a client, that the authorization server refuses to register one with this redirect URI. */
  async noteRefusal(issuer: string, redirectUri: string): Promise<void> {
    await this.secrets.set(key(issuer, redirectUri), JSON.stringify({ isRefused: true }));
  }

  isRefused(issuer: string, redirectUri: string): Promise<boolean> {
    return this.#isMarked(issuer, redirectUri, 'isRefused');
  }

  async #isMarked(issuer: string, redirectUri: string, mark: string): Promise<boolean> {
    const text = await this.secrets.get(key(issuer, redirectUri));
    if (text === undefined) return false;
    try {
      const record: unknown = JSON.parse(text);
      return isObject(record) && record[mark] === true;
    } catch {
      return false;
    }
  }

  async put(issuer: string, redirectUri: string, client: OAuthClient): Promise<void> {
    await this.secrets.set(key(issuer, redirectUri), JSON.stringify(clientToRecord(client)));
  }

  /** The issuer that a client id from a server's settings has last signed in with. */
  issuerOf(serverUrl: string, clientId: string): Promise<string | undefined> {
    return this.secrets.get(issuerKey(serverUrl, clientId));
  }

  async rememberIssuer(serverUrl: string, clientId: string, issuer: string): Promise<void> {
    if ((await this.issuerOf(serverUrl, clientId)) !== issuer)
      await this.secrets.set(issuerKey(serverUrl, clientId), issuer);
  }

  /** For a client the authorization server no longer knows. */
  async remove(issuer: string, redirectUri: string): Promise<void> {
    await this.secrets.delete(key(issuer, redirectUri));
  }
}

function key(issuer: string, redirectUri: string): string {
  return `client ${issuer} ${redirectUri}`;
}

function issuerKey(serverUrl: string, clientId: string): string {
  return `issuer of ${JSON.stringify([serverUrl, clientId])}`;
}
