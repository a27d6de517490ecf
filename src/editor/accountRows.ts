import * as vscode from 'vscode';
import type { AccountInUse } from '../broker/consentStatus.js';
import type { ServerConfig } from '../broker/serverSettings.js';
import type { ServerStatus } from './serverStatuses.js';

/** One of several accounts below a server. */
export interface AccountRow {
  readonly kind: 'account';
  readonly server: ServerConfig;
  readonly account: AccountInUse;
}

/** A single account is told among the server's facts. */
export function accountRows({ server, status }: ServerStatus): readonly AccountRow[] {
  return (status.accounts ?? []).map((account) => ({ kind: 'account', server, account }));
}

export function accountItem({ server, account }: AccountRow): vscode.TreeItem {
  const { t } = vscode.l10n;
  const item = new vscode.TreeItem(account.label);
  item.id = `account ${server.name} ${account.key}`;
  item.description = account.inUse ? t('in use here') : t('signed in');
  const says = account.inUse
    ? t('{0}: calls of this workspace act as {1}', server.name, account.label)
    : t('{0}: also signed in as {1}', server.name, account.label);
  item.tooltip = says;
  item.accessibilityInformation = { label: says };
  item.iconPath = new vscode.ThemeIcon(account.inUse ? 'pass-filled' : 'account');
  // What the menus of package.json match.
  item.contextValue = account.inUse ? 'account inUse' : 'account other';
  return item;
}
