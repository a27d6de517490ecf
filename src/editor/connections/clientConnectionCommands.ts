import * as vscode from 'vscode';
import type { ClientConnection } from '../../broker/agents/clientConnection.js';
import type { ClientConnections } from '../../broker/agents/clientConnections.js';
import { mcpClients } from '../../mcpClients/mcpClient.js';
import type { EditorAgents } from '../adapters/editorAgents.js';
import type { Commands } from '../adapters/commands.js';
import { ConnectClient, type ConnectClientParts } from './connectClient.js';
import type { DisconnectClient } from './disconnectClient.js';
import { placeText } from '../imports/importTexts.js';
import { notifications } from '../adapters/notifications.js';

export interface ClientConnectionCommandParts extends ConnectClientParts {
  readonly agents: EditorAgents;
}

/** Registers “Connect Client…”, “Disconnect Client…” and “Show Client Configuration File”. */
export function registerClientConnectionCommands(
  commands: Commands,
  parts: ClientConnectionCommandParts,
  disconnect: DisconnectClient,
): void {
  const { t } = vscode.l10n;
  const { connections } = parts;

  commands.register('connectClient', async () => {
    const connection = await new ConnectClient(parts).run();
    if (connection === undefined) return;
    await parts.agents.port.look();
    await tellConnected(connection);
  });

  commands.register('disconnectClient', async (row) => {
    const connection = await chooseClient(row, connections, t('Disconnect which client?'));
    if (connection !== undefined) await disconnect.run(connection);
  });

  commands.register('showClientConfiguration', async (row) => {
    const connection = await chooseClient(
      row,
      connections,
      t('Show the configuration file of which client?'),
    );
    if (connection !== undefined) await showConfiguration(connection);
  });
}

async function tellConnected(connection: ClientConnection): Promise<void> {
  const { t } = vscode.l10n;
  const { name } = mcpClients[connection.client];
  const servers = connection.servers.map((server) => server.name).join(', ');
  const show = t('Show Configuration File');
  const message = t(
    'Connected {0} to {1}. Restart it or start a new session in it. It works while an editor window is open.',
    name,
    servers,
  );
  if ((await notifications.information(message, show)) === show) await showConfiguration(connection);
}

/** Opens the file at the entries that were written into it. */
async function showConfiguration({ uri, servers }: ClientConnection): Promise<void> {
  const editor = await vscode.window.showTextDocument(vscode.Uri.parse(uri));
  const { document } = editor;
  const offset = document.getText().indexOf(servers[0]?.keyName ?? '');
  if (offset < 0) return;
  const line = document.lineAt(document.positionAt(offset)).range;
  editor.selection = new vscode.Selection(line.start, line.start);
  editor.revealRange(line, vscode.TextEditorRevealType.InCenter);
}

async function chooseClient(
  row: unknown,
  connections: ClientConnections,
  title: string,
): Promise<ClientConnection | undefined> {
  if (typeof row === 'object' && row !== null && 'connection' in row) {
    const { agentId } = row.connection as ClientConnection;
    return connections.of(agentId);
  }
  const all = await connections.all();
  if (all.length === 0) {
    void notifications.information(vscode.l10n.t('No client is connected.'));
    return undefined;
  }
  const items = all.map((connection) => ({
    label: mcpClients[connection.client].name,
    detail: placeText(connection.uri),
    connection,
  }));
  return (await vscode.window.showQuickPick(items, { title }))?.connection;
}
