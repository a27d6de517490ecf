import * as vscode from 'vscode';
import { haveSecretsBeenLost, type LostSecretsParts } from '../../broker/status/lostSecrets.js';
import { notifications } from '../adapters/notifications.js';

/**
 * Notifies the user once, when a window opens, that the sign-ins of the last session are lost, and how to
 * keep future ones.
 */
export async function reportLostSecrets(parts: LostSecretsParts): Promise<void> {
  if (!(await haveSecretsBeenLost(parts).catch(() => false))) return;
  await notifications.warning(
    vscode.l10n.t(
      'VS Code lost your MCP sign-ins: its secret storage is empty. On Linux without a keyring, secrets last only until the window closes. Install a keyring, such as gnome-keyring, and then sign in again.',
    ),
  );
}
