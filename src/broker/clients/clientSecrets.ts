import { secretOfAnotherIssuer } from './clientErrors.js';
import { isObject } from '../../oauth/jsonResponse.js';
import type { ClientKey } from '../../oauth/clientKey.js';
import type { ClientProof } from '../../oauth/oauthClient.js';
import { Redacted } from '../../base/redacted.js';
import { clientKeyFromRecord, clientKeyToRecord } from '../../oauth/tokenSetRecord.js';
import type { SecretStore } from '../../base/storage.js';

/** The owner of the client: a configured server, or an identity provider by its issuer. */
export interface ClientOwner {
  readonly name: string;
  readonly url: string;
}

/** What the user gave a client registered by hand to prove itself with. */
type Kind = 'secret' | 'key';

/**
 * Secrets and keys of clients registered by hand, by server and client id. One belongs to the authorization
 * server that it is first used at: a server that names another one later gets it sent nowhere (RFC 9700 §4.4).
 */
export class ClientSecrets {
  constructor(private readonly secrets: SecretStore) {}

  /**
   * @param issuer the issuer at which it will be used
   * @throws OAuthFlowError `clientOfAnotherIssuer`
   */
  async get(owner: ClientOwner, clientId: string, issuer: string): Promise<Redacted | undefined> {
    const value = await this.#bound('secret', owner, clientId, issuer);
    return typeof value === 'string' ? new Redacted(value) : undefined;
  }

  /**
   * @param issuer the issuer at which it will be used
   * @throws OAuthFlowError `clientOfAnotherIssuer`, `invalidRecord`
   */
  async getKey(owner: ClientOwner, clientId: string, issuer: string): Promise<ClientKey | undefined> {
    const value = await this.#bound('key', owner, clientId, issuer);
    return value === undefined ? undefined : clientKeyFromRecord(value);
  }

  async has(owner: ClientOwner, clientId: string): Promise<boolean> {
    return (await this.secrets.get(keyOf('secret', owner, clientId))) !== undefined;
  }

  async hasKey(owner: ClientOwner, clientId: string): Promise<boolean> {
    return (await this.secrets.get(keyOf('key', owner, clientId))) !== undefined;
  }

  /**
   * What there is to prove oneself with at an issuer, only looked at: neither is bound to it by that.
   *
   * @throws OAuthFlowError `clientOfAnotherIssuer`, `invalidRecord`
   */
  async proofAt(owner: ClientOwner, clientId: string, issuer: string): Promise<ClientProof> {
    const secret = await this.#stored('secret', owner, clientId, issuer);
    const key = await this.#stored('key', owner, clientId, issuer);
    return {
      hasSecret: typeof secret?.value === 'string',
      keyAlgorithm: key === undefined ? undefined : clientKeyFromRecord(key.value).algorithm,
    };
  }

  async put(owner: ClientOwner, clientId: string, secret: Redacted): Promise<void> {
    await this.#set('secret', owner, clientId, { value: secret.expose() });
  }

  async putKey(owner: ClientOwner, clientId: string, key: ClientKey): Promise<void> {
    await this.#set('key', owner, clientId, { value: clientKeyToRecord(key) });
  }

  async remove(owner: ClientOwner, clientId: string): Promise<void> {
    await this.secrets.delete(keyOf('secret', owner, clientId));
  }

  async removeKey(owner: ClientOwner, clientId: string): Promise<void> {
    await this.secrets.delete(keyOf('key', owner, clientId));
  }

  /**
   * For taking a change back.
   *
   * @returns makes the client's secret and key what they are now, with the issuer that they belong to
   */
  async restorePoint(owner: ClientOwner, clientId: string): Promise<() => Promise<void>> {
    const keys = [keyOf('secret', owner, clientId), keyOf('key', owner, clientId)];
    const records: { readonly key: string; readonly text: Redacted | undefined }[] = [];
    for (const key of keys) {
      const text = await this.secrets.get(key);
      records.push({ key, text: text === undefined ? undefined : new Redacted(text) });
    }
    return async () => {
      for (const { key, text } of records)
        await (text === undefined ? this.secrets.delete(key) : this.secrets.set(key, text.expose()));
    };
  }

  async #bound(kind: Kind, owner: ClientOwner, clientId: string, issuer: string): Promise<unknown> {
    const stored = await this.#stored(kind, owner, clientId, issuer);
    // Before it is used, so that a use that is cut short counts too.
    if (stored !== undefined && stored.issuer === undefined)
      await this.#set(kind, owner, clientId, { ...stored, issuer });
    return stored?.value;
  }

  /** @throws OAuthFlowError `clientOfAnotherIssuer` */
  async #stored(
    kind: Kind,
    owner: ClientOwner,
    clientId: string,
    issuer: string,
  ): Promise<Stored | undefined> {
    const stored = recordOf(await this.secrets.get(keyOf(kind, owner, clientId)));
    if (stored?.issuer !== undefined && stored.issuer !== issuer) {
      throw secretOfAnotherIssuer(owner.name, kind, issuer, stored.issuer);
    }
    return stored;
  }

  async #set(kind: Kind, owner: ClientOwner, clientId: string, stored: Stored): Promise<void> {
    await this.secrets.set(keyOf(kind, owner, clientId), JSON.stringify(stored));
  }
}

interface Stored {
  readonly value: unknown;
  /** The issuer at which it was first used. */
  readonly issuer?: string | undefined;
}

function recordOf(text: string | undefined): Stored | undefined {
  if (text === undefined) return undefined;
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(record) || record['value'] === undefined) return undefined;
  const { value, issuer } = record;
  return { value, issuer: typeof issuer === 'string' ? issuer : undefined };
}

function keyOf(kind: Kind, { url }: ClientOwner, clientId: string): string {
  return kind === 'secret' ? `clientSecret ${url} ${clientId}` : `clientKey ${url} ${clientId}`;
}
