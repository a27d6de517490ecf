import * as vscode from 'vscode';
import type { AuthorizedFetch } from '../broker/fetch/authorizedFetch.js';
import type { CredentialStore } from '../broker/accounts/credentialStore.js';
import { errorName } from '../base/errorName.js';
import type { Clock, Disposable } from '../base/clock.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { SignIns } from '../broker/signIn/signIns.js';
import type { SignOuts } from '../broker/signIn/signOut.js';
import type { Redacted } from '../base/redacted.js';
import { registerAgentCommands } from './agents/agentCommands.js';
import type { ConnectionParts } from './agents/agentConnection.js';
import { AgentNotices } from './agents/agentNotices.js';
import type { ClientConnections } from '../broker/agents/clientConnections.js';
import { registerClientConnectionCommands } from './connections/clientConnectionCommands.js';
import { ConfigurationPreview } from './connections/configurationPreview.js';
import type { ClientPrograms } from './connections/connectClient.js';
import { DisconnectClient } from './connections/disconnectClient.js';
import type { EditorAgents } from './adapters/editorAgents.js';
import { AgentsTree } from './agents/agentsTree.js';
import type { Commands } from './adapters/commands.js';
import type { OutputLog } from './adapters/outputLog.js';
import type { PersonalSignIn } from './signIn/personalSignIn.js';
import type { RemoteNotes } from './signIn/remoteNotes.js';
import type { EditorServerSettings } from './settings/serverSettings.js';
import { agentSettings } from './settings/agentSettings.js';

/** Writes what the stdio command reads. */
interface BridgeWriter {
  write(name: string, url: string, key: Redacted): Promise<string>;
  removeAll(prefix: string): Promise<void>;
}

/** Clients of other makers, and where their files lie. */
export interface ConnectedClientParts {
  readonly connections: ClientConnections;
  readonly programs: ClientPrograms;
  /** Which machine's files they are, if it is not the one that the window works on. */
  readonly filesNote: string | undefined;
}

export interface RegisterAgentsParts {
  readonly agents: EditorAgents;
  readonly settings: EditorServerSettings;
  readonly credentials: CredentialStore;
  readonly signIns: SignIns;
  readonly signOuts: SignOuts;
  readonly personalSignIn: PersonalSignIn;
  readonly authorizedFetch: AuthorizedFetch;
  readonly relay: { toolNames(server: ServerConfig): readonly string[] };
  readonly bridge: BridgeWriter;
  /** What it costs that agents call another machine than the window works on. */
  readonly remoteNotes: RemoteNotes | undefined;
  readonly connectedClients: ConnectedClientParts;
  readonly clock: Clock;
  readonly log: OutputLog;
}

/** The view, the commands and the notifications for agents; looks after their port from now on. */
export function registerAgents(commands: Commands, parts: RegisterAgentsParts): Disposable {
  const { agents, settings, authorizedFetch, relay, clock } = parts;
  const { connections } = parts.connectedClients;
  const connection: ConnectionParts = {
    servers: () => settings.servers,
    port: () => agentSettings().port,
    connections,
    addressNote: parts.remoteNotes?.agents,
    writeBridge: (agent, server, url, key) => parts.bridge.write(bridgeName(agent.id, server), url, key),
  };
  const onCannotNarrow = authorizedFetch.tokens.narrowed.onDidFail;
  const notices = new AgentNotices({ ...parts, ...connection, onCannotNarrow });
  const tree = new AgentsTree(agents, settings, clock, connections);
  const disconnect = new DisconnectClient(connections);
  const preview = new ConfigurationPreview();
  const toolsOf = (server: ServerConfig) => relay.toolNames(server);
  registerClientConnectionCommands(
    commands,
    { ...parts, ...connection, ...parts.connectedClients, toolsOf, preview },
    disconnect,
  );
  registerAgentCommands(commands, {
    ...parts,
    ...connection,
    notices,
    toolsOf,
    disconnect: (client) => disconnect.run(client),
    removeBridges: (agent) => parts.bridge.removeAll(agent.id),
  });
  const view = vscode.window.registerTreeDataProvider('mcpOAuthBroker.agents', tree);
  const changes = vscode.workspace.onDidChangeConfiguration((event) => {
    if (!event.affectsConfiguration('mcpOAuthBroker.agents')) return;
    void agents.port.look();
    refresh();
  });
  // What is in the clients' own files leads to this version of the extension, and to the addresses as they are now.
  const refresh = () => {
    connections.refresh().catch((error: unknown) => {
      parts.log.warn(
        `The commands of connected clients could not be brought up to date (${errorName(error)}).`,
      );
    });
  };
  // A server that was disabled or removed ends what agents have open there; one that was renamed has another address.
  const servers = settings.onDidChange(() => {
    void agents.port.look();
    refresh();
  });
  refresh();
  void agents.port.look();
  return vscode.Disposable.from(notices, tree, view, changes, servers, preview);
}

/** A file's name for one server of an agent; servers' names hold what no file system takes. */
function bridgeName(agentId: string, { name }: ServerConfig): string {
  const safe = name.replaceAll(/[^a-zA-Z0-9]+/g, '-').slice(0, 40);
  return `${agentId}-${safe}`;
}
