import * as vscode from 'vscode';
import type { ClientSecrets } from '../../broker/clients/clientSecrets.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { Redacted } from '../../base/redacted.js';
import { notifications as editorNotifications, type Notifications } from '../adapters/notifications.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';
import { SettingUnwritable } from '../settings/writeSetting.js';

export interface SetClientParts {
  readonly settings: EditorServerSettings;
  readonly clientSecrets: ClientSecrets;
  readonly notifications?: Notifications;
}

/**
 * Writes the ID of a manually registered client to its server's entry and stores its secret. The notification
 * has a button that undoes both.
 *
 * @param secret empty to keep the stored one
 * @throws SettingUnwritable if the setting cannot be written
 */
export async function setClient(
  server: ServerConfig,
  clientId: string,
  secret: string,
  { settings, clientSecrets, notifications = editorNotifications }: SetClientParts,
): Promise<void> {
  const { t } = vscode.l10n;
  const before = server.oauth.clientId;
  const restore = await clientSecrets.restorePoint(server, clientId);
  // The secret is stored first, because the ID could otherwise be used without it.
  if (secret !== '') await clientSecrets.put(server, clientId, new Redacted(secret));
  try {
    await settings.setClientId(server.name, clientId);
  } catch (error) {
    await restore();
    throw error;
  }
  const undo = t('Undo');
  const told = notifications.information(t('The client ID of {0} was saved.', server.name), undo);
  void told.then(async (choice) => {
    if (choice !== undo) return;
    try {
      await settings.setClientId(server.name, before);
      await restore();
    } catch (error) {
      if (!(error instanceof SettingUnwritable)) throw error;
      await notifications.error(error.message);
    }
  });
}
