import { isObject } from '../oauth/jsonAnswer.js';
import { OAuthFlowError } from '../oauth/oauthFlowError.js';
import { Redacted } from '../oauth/redacted.js';
import { shownAddress } from '../oauth/serverWords.js';
import type { SecretStore } from './ports.js';
import type { ServerConfig } from './serverSettings.js';

/**
 * Secrets of clients registered by hand, by server and client id. One belongs to the authorization server that
 * it is first used at: a server that names another one later gets it sent nowhere (RFC 9700 §4.4).
 */
export class ClientSecrets {
  constructor(private readonly secrets: SecretStore) {}

  /**
   * @param issuer where it is to be used
   * @throws OAuthFlowError `clientOfAnotherIssuer`
   */
  async get(server: ServerConfig, clientId: string, issuer: string): Promise<Redacted | undefined> {
    const stored = recordOf(await this.secrets.get(key(server, clientId)));
    if (stored === undefined) return undefined;
    if (stored.issuer === undefined) await this.#set(server, clientId, { ...stored, issuer });
    else if (stored.issuer !== issuer) {
      throw new OAuthFlowError(
        'clientOfAnotherIssuer',
        `“${server.name}” names the authorization server ${shownAddress(issuer)}, but its client secret is in use at ${shownAddress(stored.issuer)}.`,
        {
          url: shownAddress(issuer),
          field: 'oauth.clientId',
          fix: 'If you trust the change, run “MCP OAuth: Set Client Secret…” again with a secret from there.',
        },
      );
    }
    return stored.secret;
  }

  async has(server: ServerConfig, clientId: string): Promise<boolean> {
    return (await this.secrets.get(key(server, clientId))) !== undefined;
  }

  async put(server: ServerConfig, clientId: string, secret: Redacted): Promise<void> {
    await this.#set(server, clientId, { secret });
  }

  async remove(server: ServerConfig, clientId: string): Promise<void> {
    await this.secrets.delete(key(server, clientId));
  }

  async #set(server: ServerConfig, clientId: string, { secret, issuer }: Stored): Promise<void> {
    await this.secrets.set(key(server, clientId), JSON.stringify({ secret: secret.expose(), issuer }));
  }
}

interface Stored {
  readonly secret: Redacted;
  readonly issuer?: string;
}

function recordOf(text: string | undefined): Stored | undefined {
  if (text === undefined) return undefined;
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(record) || typeof record['secret'] !== 'string') return undefined;
  const { issuer } = record;
  return { secret: new Redacted(record['secret']), ...(typeof issuer === 'string' && { issuer }) };
}

function key({ url }: ServerConfig, clientId: string): string {
  return `clientSecret ${url} ${clientId}`;
}
