import * as vscode from 'vscode';
import { hasAccounts, type ConsentStatus } from '../broker/consentStatus.js';
import type { Duplicate } from './displacedServers.js';
import type { ServerStatus } from './serverStatuses.js';
import { briefEntry, describeEntry, entryWords } from './statusWords.js';
import { treeRow, type TreeRow } from './treeRow.js';

/** A server: its name, its status, and whose account acts. */
export function serverRow(entry: ServerStatus, children: NonNullable<TreeRow['children']>): TreeRow {
  const { server, status, duplicate } = entry;
  const { t } = vscode.l10n;
  const [brief, described] = [briefEntry(entry), describeEntry(entry)];
  const { icon, color } = entryWords(entry);
  return treeRow({
    id: `server ${server.name}`,
    kind: kindOf(status),
    label: server.name,
    description: duplicate === undefined ? brief : t('{0} – also in {1}', brief, duplicate.file),
    spoken: duplicate === undefined ? described : `${described}; ${describeDuplicate(duplicate)}`,
    icon,
    ...(color !== undefined && { color }),
    server,
    children,
  });
}

/** A server that the editor has from elsewhere as well, as part of a sentence. */
export function describeDuplicate({ name, file }: Duplicate): string {
  return vscode.l10n.t('{0} has “{1}” at the same address, which VS Code signs in to by itself', file, name);
}

/** What the menus of package.json match. */
function kindOf(status: ConsentStatus): string {
  const isRefused = status.status === 'denied' && status.deniedBy === 'server';
  return `server ${isRefused ? 'deniedByServer' : status.status}${hasAccounts(status) ? ' signedIn' : ''}`;
}
