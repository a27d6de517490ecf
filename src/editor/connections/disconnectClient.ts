import * as vscode from 'vscode';
import type { ClientConnection } from '../../broker/agents/clientConnection.js';
import type { ClientConnections, Disconnected } from '../../broker/agents/clientConnections.js';
import { OtherFileFault } from '../../broker/imports/otherFiles.js';
import { mcpClients } from '../../mcpClients/mcpClient.js';
import { faultText, placeText } from '../imports/importTexts.js';
import { Notifications, type QuestionWindow } from '../adapters/notifications.js';

/**
 * “Disconnect Client…”: asks for confirmation, ends the client's access, and removes what was written for it.
 */
export class DisconnectClient {
  readonly #notifications: Notifications;

  constructor(
    private readonly connections: ClientConnections,
    window: QuestionWindow = vscode.window,
  ) {
    this.#notifications = new Notifications(window);
  }

  async run(connection: ClientConnection): Promise<void> {
    const { t } = vscode.l10n;
    const { name } = mcpClients[connection.client];
    const servers = connection.servers.map((server) => server.name).join(', ');
    const disconnect = t('Disconnect');
    const detail = t(
      'Its access and its running calls end immediately. Removed from {0}: {1}.',
      placeText(connection.uri),
      servers,
    );
    const choice = await this.#notifications.modal(t('Disconnect {0}?', name), detail, disconnect);
    if (choice === disconnect) await this.#tell(connection, await this.connections.disconnect(connection));
  }

  async #tell({ client, uri, servers }: ClientConnection, outcome: Disconnected): Promise<void> {
    const { t } = vscode.l10n;
    const { name } = mcpClients[client];
    const file = placeText(uri);
    switch (outcome.kind) {
      case 'restored':
        void this.#notifications.information(
          t('Disconnected {0}. Its configuration is as it was before: {1}', name, file),
        );
        return;
      case 'absent':
        void this.#notifications.information(
          t('Disconnected {0}. {1} did not contain its servers.', name, file),
        );
        return;
      case 'removed': {
        const removed = t(
          'Disconnected {0}. Its servers were removed from {1}, which had changed since.',
          name,
          file,
        );
        const kept = outcome.backup === undefined ? [] : [t('The backup is {0}.', placeText(outcome.backup))];
        void this.#notifications.information([removed, ...kept].join(' '));
        return;
      }
      case 'notWritten': {
        const { why: fault } = outcome;
        const why = fault instanceof OtherFileFault ? faultText(fault) : fault.message;
        const open = t('Open File');
        const named = servers.map((server) => server.name).join(', ');
        const message = t(
          '{0} no longer has access, but {1} still contains {2}: {3} Remove them yourself.',
          name,
          file,
          named,
          why,
        );
        const choice = await this.#notifications.warning(message, open);
        if (choice === open) await vscode.window.showTextDocument(vscode.Uri.parse(uri));
      }
    }
  }
}
