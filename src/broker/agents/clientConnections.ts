import { defined } from '../../base/defined.js';
import { ConfigurationFault } from '../../mcpClients/configurationText.js';
import { connectionEntry, type ConnectableClient } from '../../mcpClients/connectionEntry.js';
import { entryNames, withEntries, withoutEntries } from '../../mcpClients/connectionText.js';
import { mcpClients } from '../../mcpClients/mcpClient.js';
import type { Redacted } from '../../base/redacted.js';
import { Emitter } from '../../base/event.js';
import { OtherFileFault } from '../imports/otherFiles.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { sha256 } from '../../base/sha256.js';
import type { AdmissionLimits } from './agentAdmissions.js';
import {
  clientConnectionOf,
  clientConnectionRecord,
  type ClientConnection,
  type ConnectedServer,
} from './clientConnection.js';
import type { ClientConnectionParts } from './clientConnectionParts.js';

/** A server, and the name that its entry gets. */
export interface ServerToConnect {
  readonly server: ServerConfig;
  readonly name: string;
}

/** What connecting a client would write. */
export interface ConnectionPlan {
  readonly agentId: string;
  readonly client: ConnectableClient;
  /** Of the client's file. */
  readonly uri: string;
  /** What the file holds; undefined if there is none. */
  readonly before: string | undefined;
  readonly after: string;
  readonly servers: readonly ConnectedServer[];
}

export type Disconnected =
  /** The file is as it was before, to the byte. */
  | { readonly kind: 'restored' }
  /** Something else has changed the file since; the entries are gone from it. */
  | { readonly kind: 'removed'; readonly backup?: string }
  /** The file is gone, or none of the entries is in it. */
  | { readonly kind: 'absent' }
  /** The client can call nothing any more, but its file could not be changed. */
  | { readonly kind: 'notWritten'; readonly why: ConfigurationFault | OtherFileFault };

const lockName = 'client connections';

/**
 * Other makers' clients that reach servers through a command in their own configuration file, each with its own
 * admission. The key is in a file next to the command, and never in the client's file.
 */
export class ClientConnections {
  readonly #changed = new Emitter<undefined>();

  readonly onDidChange = this.#changed.event;

  constructor(private readonly parts: ClientConnectionParts) {}

  /** The connections whose admission has not been withdrawn. */
  async all(): Promise<readonly ClientConnection[]> {
    const admitted = new Set((await this.parts.admissions.all()).map(({ id }) => id));
    const records = await this.parts.records.all();
    return records
      .map(clientConnectionOf)
      .filter((connection) => connection !== undefined)
      .filter(({ agentId }) => admitted.has(agentId));
  }

  async of(agentId: string): Promise<ClientConnection | undefined> {
    return (await this.all()).find((connection) => connection.agentId === agentId);
  }

  /**
   * The names that the client's own servers have.
   *
   * @throws ConfigurationFault if the client's file is broken, OtherFileFault if it cannot be read
   */
  async namesIn(client: ConnectableClient, uri: string): Promise<ReadonlySet<string>> {
    return entryNames((await this.parts.files.read(uri)) ?? '', client);
  }

  /**
   * What would be written. Nothing is.
   *
   * @throws ConfigurationFault if the client's file is broken, OtherFileFault if it cannot be read
   */
  async plan(
    client: ConnectableClient,
    uri: string,
    servers: readonly ServerToConnect[],
  ): Promise<ConnectionPlan> {
    const agentId = crypto.randomUUID();
    const before = await this.parts.files.read(uri);
    const connected = servers.map(({ server, name }, place): ConnectedServer => {
      const keyName = `${agentId}-${place + 1}`;
      const value = connectionEntry(client, this.parts.keys.clientCommand(keyName));
      return { name, value, url: server.url, keyName };
    });
    const after = withEntries(before ?? '', client, connected);
    return { agentId, client, uri, before, after, servers: connected };
  }

  /**
   * Admits the client and writes its file. What fails leaves nothing behind.
   *
   * @throws OtherFileFault if the file cannot be written, or has changed since the plan was made
   */
  async connect(plan: ConnectionPlan, limits: AdmissionLimits): Promise<ClientConnection> {
    const { agentId, client, uri, before, after, servers } = plan;
    const { admissions, files, keys, records, lock } = this.parts;
    return lock.hold(lockName, async () => {
      const undo: (() => Promise<void>)[] = [];
      try {
        await keys.placeLauncher();
        const backup = before === undefined ? undefined : await files.backUp(uri, before);
        if (backup !== undefined) undo.push(() => files.replace(backup, before, undefined));
        const digest = await sha256(after);
        const connection: ClientConnection = defined({
          agentId,
          client,
          uri,
          digest,
          servers,
          backup,
        });
        undo.push(() => records.remove(agentId));
        // Before the admission, so that every window knows it for what it is.
        await records.put(agentId, clientConnectionRecord(connection));
        undo.push(() => this.parts.withdraw({ id: agentId, servers: limits.servers }));
        const { key } = await admissions.admit({ ...limits, name: mcpClients[client].name, id: agentId });
        undo.push(() => keys.removeAll(agentId));
        await this.#writeKeys(connection, key);
        await files.replace(uri, before, after);
        this.#changed.fire(undefined);
        return connection;
      } catch (error) {
        for (const step of undo.toReversed()) await step().catch(() => undefined);
        throw error;
      }
    });
  }

  /** A new key in place of the old one, which stops working at once. The client's file stays as it is. */
  async rotate(connection: ClientConnection): Promise<void> {
    const { admissions, keys, lock } = this.parts;
    await lock.hold(lockName, async () => {
      const key = await admissions.rotate(connection.agentId);
      if (key === undefined) return;
      await this.#writeKeys(connection, key);
      // A server that is disabled now has no address, and needs the key when it is enabled again.
      for (const { keyName } of connection.servers) await keys.rekey(keyName, key);
    });
  }

  /** Ends the client's access first, and then takes its entries out of its file. */
  async disconnect(connection: ClientConnection): Promise<Disconnected> {
    const { agentId, servers } = connection;
    const { keys, records, lock, withdraw } = this.parts;
    return lock.hold(lockName, async () => {
      await withdraw({ id: agentId, servers });
      await keys.removeAll(agentId);
      const disconnected = await this.#undoFile(connection);
      await records.remove(agentId);
      this.#changed.fire(undefined);
      return disconnected;
    });
  }

  /** Updates the commands to this version of the extension and to the present address of each server. */
  async refresh(): Promise<void> {
    if ((await this.all()).length === 0) return;
    const { keys, lock, address } = this.parts;
    await keys.placeLauncher();
    // Another window may write a new key, or disconnect the client, between the reading and the writing of a file.
    await lock.hold(lockName, async () => {
      const reachable = (await this.all()).flatMap((connection) => this.#reachable(connection));
      for (const { server, keyName } of reachable) await keys.redirect(keyName, address(server));
    });
  }

  async #writeKeys(connection: ClientConnection, key: Redacted): Promise<void> {
    for (const { server, keyName } of this.#reachable(connection))
      await this.parts.keys.write(keyName, this.parts.address(server), key);
  }

  /** The servers that are still configured. */
  #reachable({ servers }: ClientConnection) {
    return servers.flatMap(({ url, keyName }) => {
      const server = this.parts.servers().find((configured) => configured.url === url);
      return server === undefined ? [] : [{ server, keyName }];
    });
  }

  async #undoFile(connection: ClientConnection): Promise<Disconnected> {
    try {
      return await this.#undo(connection);
    } catch (error) {
      if (!(error instanceof ConfigurationFault) && !(error instanceof OtherFileFault)) throw error;
      return { kind: 'notWritten', why: error };
    }
  }

  async #undo({ client, uri, backup, digest, servers }: ClientConnection): Promise<Disconnected> {
    const { files } = this.parts;
    const now = await files.read(uri);
    const before = backup === undefined ? undefined : await files.read(backup);
    const isUntouched = now !== undefined && (await sha256(now)) === digest;
    const isKnown = backup === undefined || before !== undefined;
    if (isUntouched && isKnown) {
      await files.replace(uri, now, before);
      if (backup !== undefined) await files.replace(backup, before, undefined);
      return { kind: 'restored' };
    }
    const without = now === undefined ? undefined : withoutEntries(now, client, servers, before);
    if (now === undefined || without === undefined || without === now) return { kind: 'absent' };
    await files.replace(uri, now, without);
    return defined({ kind: 'removed', backup });
  }
}
