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
 * Writes the id of a client registered by hand into its server's entry, and keeps its secret; tells it with a button
 * that takes both back.
 *
 * @param secret empty to leave the one that is there
 * @throws SettingUnwritable
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
  // The secret first: an id without it could be used meanwhile.
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
