import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.js';
import { entryTexts, statusTexts } from './statusTexts.js';
import { absoluteTime, relativeTime } from './relativeTime.js';
import { describeDuplicate } from './serversTree.js';
import type { ServerStatus } from './serverStatuses.js';
import type { ToolRows } from './toolRows.js';
import { treeRow, type TreeRow, type TreeSection } from './treeRow.js';

/** A detail of a server, shown on one line below it. */
interface Fact {
  /** Distinguishes the detail from the server's others, independently of the language. */
  readonly id: string;
  readonly label: string;
  /** The label where the detail is shown alone and the label may be long. */
  readonly fullLabel?: string | undefined;
  /** The most important part of the value, since the side bar is narrow. */
  readonly value: string;
  /** Replaces the value in the tooltip and for screen readers. */
  readonly fullValue?: string | undefined;
  /** An addition that is shown only in the tooltip. */
  readonly more?: string | undefined;
  readonly icon: string;
}

/** The details of a server's sign-in, one row each. */
export class FactRows implements TreeSection {
  constructor(
    private readonly clock: Clock,
    private readonly tools: ToolRows,
  ) {}

  rows(entry: ServerStatus): readonly TreeRow[] {
    const { name } = entry.server;
    return facts(entry, this.tools.askedScopes(entry), this.clock.now()).map(
      ({ id, label, fullLabel = label, value, fullValue = value, more, icon }) => {
        const spoken = `${fullLabel}: ${fullValue}`;
        return treeRow({
          id: `fact ${id} ${name}`,
          // The menus in package.json match this value.
          kind: id === 'account' ? 'fact account' : 'fact',
          label,
          description: value,
          spoken,
          tooltip: more !== undefined ? `${spoken} (${more})` : undefined,
          icon,
          server: entry.server,
        });
      },
    );
  }
}

function facts(entry: ServerStatus, asked: readonly string[], now: number): Fact[] {
  const { server, status, displacedBy, duplicate } = entry;
  const { t } = vscode.l10n;
  const shown = entryTexts(entry);
  const words = statusTexts(status.status);
  const { expiresAt, refreshable } = status;
  const all: (Fact | false)[] = [
    displacedBy !== undefined && {
      id: 'displaced',
      label: t('In the editor'),
      value: shown.label,
      fullValue: t('{0}; {1} has a server with the same name', shown.label, displacedBy),
      icon: shown.icon,
    },
    duplicate !== undefined && {
      id: 'duplicate',
      label: t('Also in'),
      value: duplicate.file,
      fullValue: describeDuplicate(duplicate),
      icon: 'copy',
    },
    {
      id: 'status',
      label: t('Status'),
      value: words.label,
      fullValue: status.detail !== undefined ? `${words.label} – ${status.detail}` : undefined,
      icon: words.icon,
    },
    status.account !== undefined &&
      status.accounts === undefined && {
        id: 'account',
        label: t('Account'),
        value: status.account,
        icon: 'account',
      },
    status.held.length > 0 && {
      id: 'held',
      label: t('Granted'),
      fullLabel: t('Granted scopes'),
      value: status.held.join(', '),
      icon: 'key',
    },
    asked.length > 0 && {
      id: 'asked',
      label: t('Requested'),
      fullLabel: t('Requested by the settings and the known tools'),
      value: asked.map((scope) => askedScope(scope, status)).join(', '),
      icon: 'comment-discussion',
    },
    status.missing.length > 0 && {
      id: 'missing',
      label: t('Missing'),
      fullLabel: t('Missing scopes'),
      value: status.missing.join(', ') + (status.tool === undefined ? '' : ` (${status.tool})`),
      icon: 'lock',
    },
    status.signedIn && {
      id: 'expiry',
      label: refreshable === true ? t('Access') : t('Expires'),
      value:
        refreshable === true
          ? t('renews automatically')
          : expiresAt === undefined
            ? t('unknown')
            : relativeTime(expiresAt, now),
      more:
        expiresAt !== undefined
          ? refreshable === true
            ? t('this token expires {0}', absoluteTime(expiresAt))
            : absoluteTime(expiresAt)
          : undefined,
      icon: 'watch',
    },
    {
      id: 'address',
      label: t('Address'),
      value: server.url.replace(/^https?:\/\//, ''),
      fullValue: server.url,
      icon: 'globe',
    },
  ];
  return all.filter((fact) => fact !== false);
}

/** Returns the text of a requested scope, with a note if the sign-in does not have that scope. */
function askedScope(scope: string, { signedIn, held }: ServerStatus['status']): string {
  return signedIn && !held.includes(scope) ? vscode.l10n.t('{0} (not granted)', scope) : scope;
}
