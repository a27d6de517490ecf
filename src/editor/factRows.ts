import * as vscode from 'vscode';
import type { Clock } from '../broker/ports.js';
import { absoluteTime, relativeTime } from './relativeTime.js';
import type { ServerStatus } from './serverStatuses.js';
import { statusWords } from './statusWords.js';
import type { ToolRows } from './toolRows.js';
import { treeRow, type TreeRow, type TreeSection } from './treeRow.js';

/** One line below a server. */
interface Fact {
  /** Tells it apart from the server's others, in every language. */
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** What the pointer is told beside. */
  readonly more?: string;
  readonly icon: string;
}

/** What is known of a server's sign-in, a line each. */
export class FactRows implements TreeSection {
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly tools: Pick<ToolRows, 'askedScopes'>,
  ) {}

  rows(entry: ServerStatus): readonly TreeRow[] {
    const { name } = entry.server;
    return facts(entry, this.tools.askedScopes(entry), this.clock.now()).map(
      ({ id, label, value, more, icon }) =>
        treeRow({
          id: `fact ${id} ${name}`,
          kind: 'fact',
          label,
          description: value,
          spoken: `${label}: ${value}`,
          ...(more !== undefined && { tooltip: `${label}: ${value} (${more})` }),
          icon,
          server: entry.server,
        }),
    );
  }
}

function facts({ server, status }: ServerStatus, asked: readonly string[], now: number): Fact[] {
  const { t } = vscode.l10n;
  const words = statusWords(status.status);
  const { expiresAt, refreshable } = status;
  const all: (Fact | false)[] = [
    { id: 'status', label: t('Status'), value: status.detail ?? words.label, icon: words.icon },
    status.account !== undefined &&
      status.accounts === undefined && {
        id: 'account',
        label: t('Account'),
        value: status.account,
        icon: 'account',
      },
    status.held.length > 0 && {
      id: 'held',
      label: t('Scopes granted'),
      value: status.held.join(', '),
      icon: 'key',
    },
    asked.length > 0 && {
      id: 'asked',
      label: t('Scopes asked'),
      value: asked.join(', '),
      more: t('by its settings and by the tools as far as they are known'),
      icon: 'comment-discussion',
    },
    status.missing.length > 0 && {
      id: 'missing',
      label: t('Scopes missing'),
      value: status.missing.join(', ') + (status.tool === undefined ? '' : ` (${status.tool})`),
      icon: 'lock',
    },
    status.signedIn && {
      id: 'expiry',
      label: t('Access ends'),
      value:
        refreshable === true
          ? t('renewed by itself')
          : expiresAt === undefined
            ? t('not said by the server')
            : relativeTime(expiresAt, now),
      ...(expiresAt !== undefined && {
        more:
          refreshable === true ? t('this token ends {0}', absoluteTime(expiresAt)) : absoluteTime(expiresAt),
      }),
      icon: 'watch',
    },
    { id: 'address', label: t('Address'), value: server.url, icon: 'globe' },
  ];
  return all.filter((fact) => fact !== false);
}
