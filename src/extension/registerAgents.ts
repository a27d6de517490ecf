import * as vscode from 'vscode';
import { errorName } from '../base/errorName.js';
import type { Disposable } from '../base/clock.js';
import { bridgeName } from '../broker/agents/bridgeName.js';
import { registerAgentCommands } from '../editor/agents/agentCommands.js';
import type { ConnectionParts } from '../editor/agents/agentConnection.js';
import { AgentNotices } from '../editor/agents/agentNotices.js';
import { registerClientConnectionCommands } from '../editor/connections/clientConnectionCommands.js';
import { ConfigurationPreview } from '../editor/connections/configurationPreview.js';
import { DisconnectClient } from '../editor/connections/disconnectClient.js';
import { AgentsTree } from '../editor/agents/agentsTree.js';
import type { Commands } from '../editor/adapters/commands.js';
import type { AdmitAgentParts } from '../editor/agents/admitAgent.js';
import type { Bundles } from './editorParts.js';
import { agentSettings } from '../editor/settings/agentSettings.js';

/** Registers the view, the commands and the notifications for agents, and starts managing their port. */
export function registerAgents(commands: Commands, { platform, core, editor }: Bundles): Disposable {
  const { settings, clock, log, filesNote, programs } = platform;
  const { credentials, signIns, signOuts, relay } = core;
  const { agents, bridge, connections, personalSignIn } = editor;
  const admitting: AdmitAgentParts = {
    servers: () => settings.servers,
    credentials,
    toolsOf: (server) => relay.toolNames(server),
    clock,
    addressNote: platform.notes?.agents,
  };
  const connection: ConnectionParts = {
    servers: () => settings.servers,
    port: () => agentSettings().port,
    connections,
    addressNote: platform.notes?.agents,
    writeBridge: async (agent, server, url, key) =>
      bridge.write(await bridgeName(agent.id, server.name), url, key),
  };
  const onCannotNarrow = core.authorizedFetch.tokens.narrowed.onDidFail;
  const notices = new AgentNotices({ ...connection, agents, signIns, personalSignIn, onCannotNarrow });
  const tree = new AgentsTree(agents, settings, clock, connections);
  const disconnect = new DisconnectClient(connections);
  const preview = new ConfigurationPreview();
  registerClientConnectionCommands(
    commands,
    { ...admitting, agents, connections, programs, filesNote, preview },
    disconnect,
  );
  registerAgentCommands(commands, {
    ...admitting,
    ...connection,
    agents,
    signOuts,
    notices,
    disconnect: (client) => disconnect.run(client),
    removeBridges: (agent) => bridge.removeAll(agent.id),
  });
  const view = vscode.window.registerTreeDataProvider('mcpOAuthBroker.agents', tree);
  const changes = vscode.workspace.onDidChangeConfiguration((event) => {
    if (!event.affectsConfiguration('mcpOAuthBroker.agents')) return;
    void agents.port.look();
    refresh();
  });
  // Updates the clients' own files, which contain the addresses and the path of this version of the
  // extension.
  const refresh = () => {
    connections.refresh().catch((error: unknown) => {
      log.warn(`The commands of connected clients could not be brought up to date (${errorName(error)}).`);
    });
  };
  // If a server was disabled or removed, the agents' connections to it are closed; if one was renamed, its
  // address has changed.
  const servers = settings.onDidChange(() => {
    void agents.port.look();
    refresh();
  });
  refresh();
  void agents.port.look();
  return vscode.Disposable.from(notices, tree, view, changes, servers, preview);
}
