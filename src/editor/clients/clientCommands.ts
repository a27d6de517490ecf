import * as vscode from 'vscode';
import { callbackPath } from '../../broker/callbacks/pendingCallbacks.js';
import {
  clientMetadataDocument,
  clientMetadataUrlFault,
} from '../../broker/clients/clientMetadataDocument.js';
import { clientName } from '../../broker/clients/clientNeed.js';
import type { ClientSecrets } from '../../broker/clients/clientSecrets.js';
import { identityProviderAsServer } from '../../broker/settings/identityProviderSetting.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { ClientGuides } from './clientGuide.js';
import type { Commands } from '../adapters/commands.js';
import { Notifications, type QuestionWindow } from '../adapters/notifications.js';
import type { ServerChoice } from '../signIn/serverChoice.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';
import { askClientSecret } from '../signIn/signInQuestions.js';

export interface ClientCommandParts {
  readonly choice: { readonly choose: ServerChoice['choose'] };
  readonly settings: EditorServerSettings;
  readonly clientSecrets: ClientSecrets;
  readonly extensionId: string;
  readonly guides: { readonly show: ClientGuides['show'] };
  readonly window?: QuestionWindow;
}

/** Registers “Set Client ID…”, “Set Client Secret…” and “Create Client Metadata Document…”. */
export function registerClientCommands(commands: Commands, parts: ClientCommandParts): void {
  commands.register('setClientId', async (row) => {
    const server = await parts.choice.choose(row, vscode.l10n.t('Set the client ID of which MCP server?'));
    if (server !== undefined) parts.guides.show(server);
  });
  commands.register('setClientSecret', (row) => setClientSecret(parts, row));
  commands.register('createClientMetadataDocument', () => createClientMetadataDocument(parts));
}

/** Stores, replaces or removes the secret of a manually registered client. */
export async function setClientSecret(parts: ClientCommandParts, row: unknown): Promise<void> {
  const { t } = vscode.l10n;
  const { settings, clientSecrets, window = vscode.window } = parts;
  const notifications = new Notifications(window);
  const server = await clientOwner(parts, row);
  if (server === undefined) return;
  const clientId = server.oauth.clientId ?? (await askClientId(notifications, server.name));
  if (clientId === undefined) return;
  if (await clientSecrets.has(server, clientId)) {
    const replace = t('Replace the secret');
    const remove = t('Remove the secret');
    const title = t('The client {0} has a secret', clientId);
    const picked = await window.showQuickPick([replace, remove], { title, ignoreFocusOut: true });
    if (picked === undefined) return;
    if (picked === remove) {
      await clientSecrets.remove(server, clientId);
      void notifications.information(t('The client secret of {0} was removed.', server.name));
      return;
    }
  }
  const secret = await askClientSecret(notifications, server);
  if (secret === undefined) return;
  await clientSecrets.put(server, clientId, secret);
  if (server.oauth.clientId === undefined) await settings.setClientId(server.name, clientId);
  void notifications.information(
    t('The client secret of {0} was saved and will be used at the next sign-in.', server.name),
  );
}

/**
 * Determines the owner of the client. If an identity provider is configured and the command was not run on a
 * server's row, the user may mean the identity provider.
 */
async function clientOwner(
  { choice, settings, window = vscode.window }: ClientCommandParts,
  row: unknown,
): Promise<ServerConfig | undefined> {
  const chooseServer = () => choice.choose(row, vscode.l10n.t('Set the client secret of which MCP server?'));
  if (settings.identityProvider === undefined || row !== undefined) return chooseServer();
  const provider = identityProviderAsServer(settings.identityProvider);
  const label = vscode.l10n.t('The identity provider {0}', provider.name);
  const title = vscode.l10n.t('Set the client secret for which server?');
  const picked = await window.showQuickPick([label, vscode.l10n.t('An MCP server')], { title });
  if (picked === undefined) return undefined;
  return picked === label ? provider : chooseServer();
}

async function askClientId(notifications: Notifications, server: string): Promise<string | undefined> {
  const typed = await notifications.input({
    title: vscode.l10n.t('Client ID for {0}', server),
    prompt: vscode.l10n.t(
      'The settings don’t name a client for this server yet. You find its ID next to the secret, where you registered the client. It is saved as oauth.clientId.',
    ),
    ignoreFocusOut: true,
  });
  const clientId = typed?.trim();
  return clientId === '' ? undefined : clientId;
}

/** Opens the client's metadata in an editor, for the owner of its address to host. */
export async function createClientMetadataDocument({
  settings,
  extensionId,
  window = vscode.window,
}: ClientCommandParts): Promise<void> {
  const { t } = vscode.l10n;
  const notifications = new Notifications(window);
  const typed = await notifications.input({
    title: t('Client metadata document'),
    prompt: t('The address where you will host it, such as https://example.com/mcp-client.json'),
    value: settings.clientMetadataUrl ?? '',
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? undefined : clientMetadataUrlFault(text.trim())),
  });
  const url = typed?.trim() ?? '';
  if (url === '' || clientMetadataUrlFault(url) !== undefined) return;
  const schemes = new Set(['vscode', 'vscode-insiders', vscode.env.uriScheme]);
  const editors = [...schemes].map((scheme) => `${scheme}://${extensionId}${callbackPath}`);
  const content = `${JSON.stringify(clientMetadataDocument(url, { name: clientName, editors }), undefined, 2)}\n`;
  await vscode.window.showTextDocument(
    await vscode.workspace.openTextDocument({ language: 'json', content }),
  );
  const use = t('Use This Address');
  const told = t(
    'Host this document at {0} as application/json. Then choose to use its address for sign-ins.',
    url,
  );
  if ((await notifications.information(told, use)) === use) await settings.setClientMetadataUrl(url);
}
