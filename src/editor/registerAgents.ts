import * as vscode from 'vscode';
import type { AuthorizedFetch } from '../broker/authorizedFetch.js';
import type { CredentialStore } from '../broker/accounts/credentialStore.js';
import type { Clock, Disposable } from '../broker/ports.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { SignIns } from '../broker/signIn/signIns.js';
import type { SignOuts } from '../broker/signIn/signOut.js';
import type { Redacted } from '../oauth/redacted.js';
import { registerAgentCommands } from './agentCommands.js';
import type { ConnectionParts } from './agentConnection.js';
import { AgentNotices } from './agentNotices.js';
import type { EditorAgents } from './agentParts.js';
import { agentSettings } from './agentSettings.js';
import { AgentsTree } from './agentsTree.js';
import type { Commands } from './commands.js';
import type { PersonalSignIn } from './personalSignIn.js';
import type { RemoteNotes } from './remoteNotes.js';
import type { EditorServerSettings } from './serverSettings.js';

/** Writes what the stdio command reads. */
export interface BridgeWriter {
  write(name: string, url: string, key: Redacted): Promise<string>;
  removeAll(prefix: string): Promise<void>;
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
  readonly remoteNotes: Pick<RemoteNotes, 'agents'> | undefined;
  readonly clock: Clock;
}

/** The view, the commands and the notifications for agents; looks after their port from now on. */
export function registerAgents(commands: Commands, parts: RegisterAgentsParts): Disposable {
  const { agents, settings, authorizedFetch, relay, clock } = parts;
  const connection: ConnectionParts = {
    servers: () => settings.servers,
    port: () => agentSettings().port,
    addressNote: parts.remoteNotes?.agents,
    writeBridge: (agent, server, url, key) => parts.bridge.write(bridgeName(agent.id, server), url, key),
  };
  const onCannotNarrow = authorizedFetch.tokens.narrowed.onDidFail;
  const notices = new AgentNotices({ ...parts, ...connection, onCannotNarrow });
  const tree = new AgentsTree(agents, settings, clock);
  registerAgentCommands(commands, {
    ...parts,
    ...connection,
    notices,
    toolsOf: (server) => relay.toolNames(server),
    removeBridges: (agent) => parts.bridge.removeAll(agent.id),
  });
  const view = vscode.window.registerTreeDataProvider('mcpOAuthBroker.agents', tree);
  const changes = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('mcpOAuthBroker.agents')) void agents.port.look();
  });
  // A server that was disabled or removed ends what agents have open there.
  const servers = settings.onDidChange(() => void agents.port.look());
  void agents.port.look();
  return vscode.Disposable.from(notices, tree, view, changes, servers);
}

/** A file's name for one server of an agent; servers' names hold what no file system takes. */
function bridgeName(agentId: string, { name }: ServerConfig): string {
  const safe = name.replaceAll(/[^a-zA-Z0-9]+/g, '-').slice(0, 40);
  return `${agentId}-${safe}`;
}
