import { hasAccounts, type ConsentStatus } from '../broker/consentStatus.js';
import type { ServerStatus } from './serverStatuses.js';
import { briefEntry, describeEntry, entryWords } from './statusWords.js';
import { treeRow, type TreeRow } from './treeRow.js';

/** A server: its name, its status, and whose account acts. */
export function serverRow(entry: ServerStatus, children: NonNullable<TreeRow['children']>): TreeRow {
  const { server, status } = entry;
  const { icon, color } = entryWords(entry);
  return treeRow({
    id: `server ${server.name}`,
    kind: kindOf(status),
    label: server.name,
    description: briefEntry(entry),
    spoken: describeEntry(entry),
    icon,
    ...(color !== undefined && { color }),
    server,
    children,
  });
}

/** What the menus of package.json match. */
function kindOf(status: ConsentStatus): string {
  const isRefused = status.status === 'denied' && status.deniedBy === 'server';
  return `server ${isRefused ? 'deniedByServer' : status.status}${hasAccounts(status) ? ' signedIn' : ''}`;
}
