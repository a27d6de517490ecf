import * as vscode from 'vscode';
import type { ClientSecrets } from '../../broker/clients/clientSecrets.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import {
  clientKeyAlgorithms,
  generateClientKey,
  importClientKey,
  publicJwk,
  type ClientKey,
  type ClientKeyAlgorithm,
} from '../../oauth/clientKey.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { copyToClipboard, notifications } from '../adapters/notifications.js';
import type { Commands } from '../adapters/commands.js';
import type { ServerChoice } from '../signIn/serverChoice.js';
import { openServerSettings } from '../settings/serverSettings.js';

interface KeyItem extends vscode.QuickPickItem {
  readonly does: ClientKeyAlgorithm | 'import' | 'remove';
}

/** Registers “Set Client Key…”, which generates or imports a key for a manually registered client. */
export function registerClientKeyCommand(
  commands: Commands,
  choice: ServerChoice,
  clientSecrets: ClientSecrets,
): void {
  commands.register('setClientKey', async (row) => {
    const server = await choice.choose(row, vscode.l10n.t('Set the client key of which MCP server?'));
    if (server !== undefined) await setClientKey(server, clientSecrets);
  });
}

async function setClientKey(server: ServerConfig, clientSecrets: ClientSecrets): Promise<void> {
  const { t } = vscode.l10n;
  const { clientId } = server.oauth;
  if (clientId === undefined) {
    const openSettings = t('Open Settings');
    const message = t(
      'A key needs a manually registered client. First set oauth.clientId for {0} in your settings.',
      server.name,
    );
    if ((await notifications.information(message, openSettings)) === openSettings) await openServerSettings();
    return;
  }
  const items: KeyItem[] = [
    ...clientKeyAlgorithms.map((does) => ({ does, label: t('Generate a new key'), description: does })),
    { does: 'import', label: t('Import a key'), description: t('PEM (PKCS#8) or JWK') },
    ...((await clientSecrets.hasKey(server, clientId))
      ? [{ does: 'remove' as const, label: t('Forget the key') }]
      : []),
  ];
  const title = t('Client key of {0}', server.name);
  const picked = await vscode.window.showQuickPick(items, { title });
  if (picked === undefined) return;
  if (picked.does === 'remove') return clientSecrets.removeKey(server, clientId);
  const key = picked.does === 'import' ? await importedKey(title) : await generateClientKey(picked.does);
  if (key === undefined) return;
  await clientSecrets.putKey(server, clientId, key);
  await showPublicKey(server, key);
}

/**
 * Asks for a key on one line, because the editor's input box has only one; both formats of a key allow that.
 */
async function importedKey(title: string): Promise<ClientKey | undefined> {
  const prompt = vscode.l10n.t(
    'The private key, as PEM (PKCS#8) or JWK. It is kept in this editor’s secret storage.',
  );
  const text = await notifications.input({
    title,
    prompt,
    password: true,
    ignoreFocusOut: true,
    validateInput: async (value) => {
      if (value.trim() === '') return '';
      try {
        await importClientKey(value);
        return undefined;
      } catch (error) {
        if (!(error instanceof OAuthFlowError)) throw error;
        return error.message;
      }
    },
  });
  return text === undefined || text.trim() === '' ? undefined : importClientKey(text);
}

/** Shows the public key to register at the authorization server; the private key is never shown. */
async function showPublicKey(server: ServerConfig, key: ClientKey): Promise<void> {
  const copy = vscode.l10n.t('Copy Public Key');
  const message = vscode.l10n.t(
    'The key of {0} was saved. Register its public key (JWK, {1}) at the authorization server.',
    server.name,
    key.algorithm,
  );
  if ((await notifications.information(message, copy)) !== copy) return;
  await copyToClipboard(JSON.stringify(publicJwk(key), undefined, 2), vscode.l10n.t('The public key'));
}
