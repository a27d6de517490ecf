import * as vscode from 'vscode';
import type { Memory } from '../../base/storage.js';
import type { MissingFeature } from '../adapters/editorFeatures.js';
import { notifications, type Notifications } from '../adapters/notifications.js';
import { treeRow, type TreeRow } from './treeRow.js';

const toldKey = 'missing features told';

/** Notifies the user of missing features once for each version of the editor; the view always shows them. */
export async function tellMissingFeatures(
  missing: readonly MissingFeature[],
  memory: Memory,
  show: Notifications = notifications,
  setContext = (key: string, value: boolean): Thenable<unknown> =>
    vscode.commands.executeCommand('setContext', key, value),
): Promise<void> {
  if (missing.length === 0) return;
  // The view's welcome text depends on this key, because the view has no rows before a server is added.
  void setContext('mcpOAuthBroker.lacksMcpServers', missing.includes('mcpServers'));
  const now = [vscode.version, ...missing].join(' ');
  if (memory.get(toldKey) === now) return;
  await memory.set(toldKey, now);
  const { t } = vscode.l10n;
  const message = t(
    '{0} doesn’t support {1}. Sign-in, accounts, and agents of MCP OAuth Broker work. Update the editor to get the rest.',
    vscode.env.appName,
    missing.map(featureTexts).join(', '),
  );
  void show.warning(message);
}

export function missingFeatureRow(feature: MissingFeature): TreeRow {
  const { t } = vscode.l10n;
  const description = t('not in this editor');
  return treeRow({
    id: `missing ${feature}`,
    kind: 'missingFeature',
    label: featureTexts(feature),
    description,
    spoken: `${featureTexts(feature)}: ${description}`,
    icon: 'warning',
    color: 'list.warningForeground',
  });
}

function featureTexts(feature: MissingFeature): string {
  const { t } = vscode.l10n;
  switch (feature) {
    case 'mcpServers':
      return t('MCP servers in chat (VS Code 1.101 or later)');
    case 'chatTools':
      return t('tools in chat (VS Code 1.95 or later)');
  }
}
