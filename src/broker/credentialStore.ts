import {
  clientFromRecord,
  clientToRecord,
  tokenSetFromRecord,
  tokenSetToRecord,
} from '../oauth/tokenSetRecord.js';
import type { DpopKey } from '../oauth/dpop.js';
import type { AuthorizationServer } from '../oauth/authorizationServerMetadata.js';
import { withoutRefreshToken, type Account, type Credential } from './credential.js';
import { Emitter } from './emitter.js';
import { directGrantNames } from './grantChoice.js';
import { lentTokenFromRecord, lentTokenRecord, LentTokens } from './lentToken.js';
import type { Disposable, Log, SecretStore, SharedRecord, SharedRecords } from './ports.js';

const prefix = 'credential ';

/** Says in a shared record that there is no credential any more: secret storage may still have one. */
const removed = '';

/**
 * Credentials by server URL. Secret storage holds them; a sealed record beside it, which all windows see at
 * once, says which is the newest. Reads are remembered until storage says that a key changed.
 */
export class CredentialStore implements Disposable {
  readonly #cache = new Map<string, Promise<Known>>();
  readonly #changed = new Emitter<string>();
  /** Keys of writes under way here, whose echo from storage tells nothing. */
  readonly #writing = new Set<string>();
  /** DPoP keys in use, by server URL: they remember nonces, which no record holds. */
  readonly #keys = new Map<string, DpopKey>();
  readonly #lent = new LentTokens();
  readonly #subscription: Disposable;

  /** Tells the server URL whose credential was stored, replaced or removed, in any window. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly secrets: SecretStore,
    private readonly log: Log,
    private readonly shared?: SharedRecords,
    /** Whether storage tells of every window's writes; then what is remembered is the newest. */
    private readonly hearsAllWindows = false,
  ) {
    this.#subscription = secrets.onDidChange((key) => {
      if (!key.startsWith(prefix) || this.#writing.has(key)) return;
      const serverUrl = key.slice(prefix.length);
      this.#cache.delete(serverUrl);
      this.#changed.fire(serverUrl);
    });
  }

  async get(serverUrl: string): Promise<Credential | undefined> {
    return (await this.#known(serverUrl)).credential;
  }

  /** What is remembered, unless another window has written since: for what acts with it. */
  async newest(serverUrl: string): Promise<Credential | undefined> {
    if (this.shared === undefined || this.hearsAllWindows) return this.get(serverUrl);
    const known = this.#known(serverUrl);
    const [{ generation, credential }, newest = 0] = await Promise.all([
      known,
      this.shared.generation(serverUrl),
    ]);
    if (newest <= generation) return credential;
    // Another request may have seen it first.
    if (this.#cache.get(serverUrl) !== known) return this.get(serverUrl);
    const reread = await this.reread(serverUrl);
    this.#changed.fire(serverUrl);
    return reread;
  }

  /** Reads past what is remembered: another process may have written since. */
  reread(serverUrl: string): Promise<Credential | undefined> {
    this.#cache.delete(serverUrl);
    return this.get(serverUrl);
  }

  /** Stores before it announces, so that nobody uses a token that could still be lost. */
  put(credential: Credential): Promise<void> {
    return this.#write(credential.serverUrl, credential);
  }

  remove(serverUrl: string): Promise<void> {
    return this.#write(serverUrl, undefined);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#cache.clear();
    this.#keys.clear();
    this.#lent.clear();
  }

  async #write(serverUrl: string, credential: Credential | undefined): Promise<void> {
    const [own, shared] = await this.#stored(serverUrl);
    const generation = Math.max(own?.generation ?? 0, shared?.generation ?? 0) + 1;
    const text = credential === undefined ? removed : JSON.stringify(toRecord(credential, generation));
    const key = prefix + serverUrl;
    this.#writing.add(key);
    try {
      if (text === removed) await this.secrets.delete(key);
      else await this.secrets.set(key, text);
      if (text !== removed || shared !== undefined) await this.shared?.write(serverUrl, { generation, text });
    } finally {
      this.#writing.delete(key);
    }
    this.#lent.keep(serverUrl, credential);
    const known = { credential: this.#withKeyInUse(serverUrl, credential), generation };
    this.#cache.set(serverUrl, Promise.resolve(known));
    this.#changed.fire(serverUrl);
  }

  #known(serverUrl: string): Promise<Known> {
    let known = this.#cache.get(serverUrl);
    if (known === undefined) {
      known = this.#read(serverUrl);
      this.#cache.set(serverUrl, known);
      // A storage that failed once may work the next time.
      known.catch(() => this.#cache.delete(serverUrl));
    }
    return known;
  }

  async #read(serverUrl: string): Promise<Known> {
    const [own, shared] = await this.#stored(serverUrl);
    const generation = Math.max(own?.generation ?? 0, shared?.generation ?? 0);
    const newest = this.#lent.withToken(serverUrl, this.#newer(serverUrl, own, shared));
    return { generation, credential: this.#withKeyInUse(serverUrl, newest) };
  }

  #newer(
    serverUrl: string,
    own: Stored | undefined,
    shared: SharedRecord | undefined,
  ): Credential | undefined {
    const isOutdated = shared !== undefined && shared.generation > (own?.generation ?? 0);
    if (!isOutdated) return own?.credential;
    if (shared.text !== undefined) return this.#parse(serverUrl, shared.text)?.credential;
    // Another window has refreshed since, with a key this one has not got. The refresh token here is spent,
    // and using it again would end the other window's sign-in too (OAuth 2.1 §4.3.1).
    return own?.credential === undefined ? undefined : withoutRefreshToken(own.credential);
  }

  async #stored(serverUrl: string) {
    const [text, shared] = await Promise.all([
      this.secrets.get(prefix + serverUrl),
      this.shared?.read(serverUrl),
    ]);
    return [text === undefined ? undefined : this.#parse(serverUrl, text), shared] as const;
  }

  #parse(serverUrl: string, text: string): Stored | undefined {
    if (text === removed) return undefined;
    try {
      return fromRecord(serverUrl, JSON.parse(text));
    } catch {
      // Kept as it is: a later version may read it, and a new sign-in replaces it.
      this.log.warn(`The stored sign-in for ${new URL(serverUrl).host} cannot be read; sign in again.`);
      return undefined;
    }
  }

  #withKeyInUse(serverUrl: string, credential: Credential | undefined): Credential | undefined {
    const dpopKey = credential?.tokens.dpopKey;
    const inUse = this.#keys.get(serverUrl);
    if (dpopKey === undefined) this.#keys.delete(serverUrl);
    else if (inUse?.isSameAs(dpopKey) !== true) this.#keys.set(serverUrl, dpopKey);
    else if (credential !== undefined) {
      return { ...credential, tokens: { ...credential.tokens, dpopKey: inUse } };
    }
    return credential;
  }
}

/** What is remembered of storage. */
interface Known {
  /** Of the newest record there was. */
  readonly generation: number;
  readonly credential: Credential | undefined;
}

interface Stored {
  readonly generation: number;
  readonly credential: Credential;
}

function toRecord(credential: Credential, generation: number): object {
  return {
    version: 1,
    generation,
    id: credential.id,
    as: credential.as,
    client: clientToRecord(credential.client),
    resource: credential.resource,
    grant: credential.grant,
    account: credential.account,
    // The editor's token is the editor's to keep.
    tokens:
      credential.grant === 'editorAccount'
        ? lentTokenRecord(credential.tokens)
        : tokenSetToRecord(credential.tokens),
    obtainedAt: credential.obtainedAt,
  };
}

function fromRecord(serverUrl: string, value: unknown): Stored {
  const record = value as Record<string, unknown>;
  const as = record['as'] as AuthorizationServer;
  const account = record['account'] as Account | undefined;
  const resource = record['resource'];
  const grant = directGrantNames.find((name) => name === record['grant']);
  if (record['version'] !== 1 || typeof as.issuer !== 'string') throw new Error('unknown record');
  const credential = {
    id: String(record['id']),
    serverUrl,
    as,
    client: clientFromRecord(record['client']),
    ...(typeof resource === 'string' && { resource }),
    ...(account !== undefined && { account }),
    ...(grant !== undefined && { grant }),
    tokens:
      grant === 'editorAccount'
        ? lentTokenFromRecord(record['tokens'])
        : tokenSetFromRecord(record['tokens']),
    obtainedAt: Number(record['obtainedAt']),
  };
  return { generation: Number(record['generation'] ?? 0), credential };
}
