import type { AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import type { ProtectedResource } from '../../oauth/protectedResourceMetadata.js';
import type { Clock } from '../../base/clock.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** How long a document is taken for what it was, in milliseconds: long enough to look first and sign in then. */
const lifetime = 5 * 60_000;

interface Entry {
  readonly value: unknown;
  readonly until: number;
}

/**
 * The metadata documents of each server, for a while: what “Add Server” has read, the sign-in after it need not
 * ask for again, nor a step-up after that. Only what could be read is kept. A refused token, a failed sign-in
 * and a changed setting drop what was: any of them may mean that the server has moved.
 */
export class MetadataCache {
  readonly #servers = new Map<string, Map<string, Entry>>();

  constructor(private readonly clock: Clock) {}

  protectedResource(
    server: ServerConfig,
    metadataUrl: string | undefined,
    load: () => Promise<ProtectedResource>,
  ): Promise<ProtectedResource> {
    return this.#get(server, `resource ${metadataUrl ?? ''}`, load);
  }

  authorizationServer(
    server: ServerConfig,
    issuer: string,
    load: () => Promise<AuthorizationServer>,
  ): Promise<AuthorizationServer> {
    return this.#get(server, `issuer ${issuer}`, load);
  }

  drop(server: ServerConfig): void {
    this.#servers.delete(server.url);
  }

  clear(): void {
    this.#servers.clear();
  }

  async #get<T>({ url }: ServerConfig, key: string, load: () => Promise<T>): Promise<T> {
    const known = this.#servers.get(url)?.get(key);
    if (known !== undefined && known.until > this.clock.now()) return known.value as T;
    const entries = this.#servers.get(url) ?? new Map<string, Entry>();
    this.#servers.set(url, entries);
    const value = await load();
    // If it was removed in the meantime, no other request finds this one any longer.
    entries.set(key, { value, until: this.clock.now() + lifetime });
    return value;
  }
}
