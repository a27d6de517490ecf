import { defined } from '../../base/defined.js';
import { isConnectableClient, type ConnectableClient } from '../../mcpClients/connectionEntry.js';
import type { NamedEntry } from '../../mcpClients/connectionText.js';
import { isObject } from '../../oauth/jsonResponse.js';

/** One server in the configuration file of a connected client. */
export interface ConnectedServer extends NamedEntry {
  /** The server's configured address. */
  readonly url: string;
  /** Names the file with the key. */
  readonly keyName: string;
}

/** What was written for a client of another maker. Nothing of it is secret. */
export interface ClientConnection {
  /** Of the admission that the client calls with. */
  readonly agentId: string;
  readonly client: ConnectableClient;
  /** The URI of the client's configuration file. */
  readonly uri: string;
  /** The URI of the file as it was; absent if there was none. */
  readonly backup?: string;
  /** Digest of the text that was written, by which a file is known that nothing else has changed. */
  readonly digest: string;
  readonly servers: readonly ConnectedServer[];
}

/** @returns undefined for a record of another version */
export function clientConnectionOf(record: unknown): ClientConnection | undefined {
  if (!isObject(record) || record['version'] !== 1 || !Array.isArray(record['servers'])) return undefined;
  const { agentId, client, uri, backup, digest } = record;
  const servers = record['servers'].map(connectedServerOf);
  if (typeof agentId !== 'string' || typeof uri !== 'string' || typeof digest !== 'string') return undefined;
  if (!isConnectableClient(client) || !servers.every((server) => server !== undefined)) return undefined;
  return defined({
    agentId,
    client,
    uri,
    digest,
    servers,
    backup: typeof backup === 'string' ? backup : undefined,
  });
}

export function clientConnectionRecord(connection: ClientConnection): object {
  return { version: 1, ...connection };
}

function connectedServerOf(value: unknown): ConnectedServer | undefined {
  if (!isObject(value)) return undefined;
  const { name, url, keyName, value: entry } = value;
  if (typeof name !== 'string' || typeof url !== 'string' || typeof keyName !== 'string') return undefined;
  return isObject(entry) ? { name, url, keyName, value: entry } : undefined;
}
