import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { agentAddress } from '../../src/broker/agents/agentSettings.js';
import { ClientConnections } from '../../src/broker/agents/clientConnections.js';
import type { ClientConnection } from '../../src/broker/agents/clientConnection.js';
import { userConfigurationFiles } from '../../src/mcpClients/configurationFiles.js';
import { entryName } from '../../src/mcpClients/connectionEntry.js';
import { BridgeFiles } from '../../src/node/clients/bridgeFiles.js';
import { ClientConnectionFiles } from '../../src/node/clients/clientConnectionFiles.js';
import { MachineFileStore } from '../../src/node/clients/otherFileStore.js';
import { FileLock } from '../../src/node/files/fileLock.js';
import type { AgentScene } from '../relay/agentScene.js';
import type { ClientPlace, ClientProgram } from './clientPrograms.js';

/** A client's file before and after “Connect Client…”. */
export class ConnectedClient {
  private constructor(
    readonly connections: ClientConnections,
    readonly connection: ClientConnection,
    /** An absolute path. Its directory is the extension's storage. */
    readonly storage: string,
    readonly before: string | undefined,
    readonly after: string,
  ) {}

  /** @param storage a directory for the extension's storage */
  static async connect(
    program: ClientProgram,
    place: ClientPlace,
    server: string,
    scene: AgentScene,
    storage: string,
  ): Promise<ConnectedClient> {
    const file = fileOf(program, place.home);
    const before = program.configuration?.(place);
    await mkdir(path.dirname(file), { recursive: true });
    if (before !== undefined) await writeFile(file, before, { mode: 0o600 });
    const connections = clientConnections(scene, storage);
    const config = scene.stage.server(server);
    const plan = await connections.plan(program.client, pathToFileURL(file).href, [
      { server: config, name: entryName(program.client, server) },
    ]);
    const connection = await connections.connect(plan, { servers: [{ url: config.url }] });
    await scene.agents.port.look();
    return new ConnectedClient(connections, connection, storage, before, await readFile(file, 'utf8'));
  }

  /** Returns the present content of the client's file; undefined if there is none. */
  async text(): Promise<string | undefined> {
    return new MachineFileStore(this.storage).read(this.connection.uri);
  }
}

/** Creates the parts as the editor does, with the relay's world in place of a window. */
function clientConnections(scene: AgentScene, storage: string): ClientConnections {
  const { admissions } = scene.agents;
  const root = process.env['MCP_OAUTH_BROKER_ROOT'] ?? process.cwd();
  return new ClientConnections({
    admissions,
    withdraw: (agent) => scene.stage.broker.signOuts.withdraw(agent),
    files: new MachineFileStore(path.join(storage, 'backups')),
    keys: new BridgeFiles(storage, path.join(root, 'dist', 'bridge.js')),
    records: new ClientConnectionFiles(storage),
    lock: new FileLock(path.join(storage, 'locks'), scene.stage.log),
    servers: () => scene.stage.servers,
    address: ({ name }) => agentAddress(scene.settings.port, name),
  });
}

function fileOf({ client }: ClientProgram, home: string): string {
  const platform = process.platform === 'win32' || process.platform === 'darwin' ? process.platform : 'linux';
  const files = userConfigurationFiles({ platform, home, environment: {} });
  const found = files.find((file) => file.client === client);
  if (found === undefined) throw new Error(`${client} has no file for all folders.`);
  return found.path;
}
