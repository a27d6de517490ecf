import * as vscode from 'vscode';
import type { AccountInUse } from '../broker/consentStatus.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { ServerStatus } from './serverStatuses.js';
import { treeRow, type TreeRow, type TreeSection } from './treeRow.js';

/** The row of an account, as commands chosen at it see it. */
export interface AccountRow extends TreeRow {
  readonly account: AccountInUse;
}

/** The accounts below a server, where it has several; a single one is told among its facts. */
export class AccountRows implements TreeSection {
  rows({ server, status }: ServerStatus): readonly AccountRow[] {
    return (status.accounts ?? []).map((account) => ({ ...accountRow(server, account), account }));
  }
}

function accountRow(server: ServerConfig, account: AccountInUse): TreeRow {
  const { t } = vscode.l10n;
  return treeRow({
    id: `account ${server.name} ${account.key}`,
    // What the menus of package.json match.
    kind: account.inUse ? 'account inUse' : 'account other',
    label: account.label,
    description: account.inUse ? t('in use here') : t('signed in'),
    spoken: account.inUse
      ? t('{0}: calls of this workspace act as {1}', server.name, account.label)
      : t('{0}: also signed in as {1}', server.name, account.label),
    icon: account.inUse ? 'pass-filled' : 'account',
    server,
  });
}
