import * as vscode from 'vscode';
import type { ChangedFile } from '../../broker/imports/importRecord.js';
import type { Notifications } from '../adapters/notifications.js';

/**
 * Checks whether VS Code will not notice that its `mcp.json` has changed. It watches the file
 * (`mcpManagementService.ts`, `startWatching`), but an editor in a browser that keeps the profile on its
 * server, such as code-server, watches a URI without the server's name, whereas the reported URIs contain
 * one.
 */
export function needsReload(files: readonly ChangedFile[]): boolean {
  return (
    vscode.env.uiKind === vscode.UIKind.Web &&
    files.some(({ client, uri }) => client === 'vscode' && uri.startsWith('file:') && uri.includes('/User/'))
  );
}

/** @param text describes what has changed */
export async function offerReload(notifications: Notifications, text: string): Promise<void> {
  const { t } = vscode.l10n;
  const reload = t('Reload Window');
  const message = `${text} ${t('Reload the window so that VS Code reads its mcp.json again.')}`.trim();
  if ((await notifications.information(message, reload)) === reload)
    await vscode.commands.executeCommand('workbench.action.reloadWindow');
}
