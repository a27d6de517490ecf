import * as vscode from 'vscode';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import { treeRow, type TreeRow } from './treeRow.js';

/** Addresses of rows that are drawn grey; nothing is ever opened at one. */
const scheme = 'mcp-oauth-disabled';
const grey = new vscode.ThemeColor('disabledForeground');

/** A server that the user disabled. */
export function disabledServerRow(server: ServerConfig): TreeRow {
  const { t } = vscode.l10n;
  const row = treeRow({
    id: `disabled ${server.name}`,
    kind: 'disabledServer',
    label: server.name,
    description: t('Disabled'),
    spoken: t('{0}: Disabled; no caller reaches it, and its sign-ins are kept', server.name),
    icon: 'stop-circle',
    color: 'disabledForeground',
    server,
  });
  row.item.resourceUri = vscode.Uri.from({ scheme, path: `/${encodeURIComponent(server.name)}` });
  return row;
}

/** Draws their labels grey: a tree item has a colour for its icon alone. */
export function registerDisabledRows(): vscode.Disposable {
  return vscode.window.registerFileDecorationProvider({
    provideFileDecoration: (uri) =>
      uri.scheme === scheme
        ? new vscode.FileDecoration(undefined, vscode.l10n.t('Disabled'), grey)
        : undefined,
  });
}
