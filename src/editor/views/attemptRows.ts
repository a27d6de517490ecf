import * as vscode from 'vscode';
import type { LastAttempt } from '../../broker/status/lastAttempt.js';
import { absoluteTime, relativeTime } from './relativeTime.js';
import type { ServerStatus } from './serverStatuses.js';
import { treeRow, type TreeRow, type TreeSection } from './treeRow.js';

const icons: Readonly<Record<LastAttempt['kind'], string>> = {
  declined: 'circle-slash',
  failed: 'warning',
  timedOut: 'watch',
};

/** How the last sign-in at a server ended, below it; the server's own row says what the next call meets. */
export class AttemptRows implements TreeSection {
  constructor(private readonly clock: { now(): number }) {}

  rows({ server, status: { lastAttempt } }: ServerStatus): readonly TreeRow[] {
    if (lastAttempt === undefined) return [];
    const { t } = vscode.l10n;
    const { kind, at, detail } = lastAttempt;
    const ending = attemptLabel(kind);
    return [
      treeRow({
        id: `attempt ${server.name}`,
        // What the menus of package.json match.
        kind: 'attempt',
        label: t('Last sign-in'),
        description: `${ending}, ${relativeTime(at, this.clock.now())}`,
        spoken: [`${server.name}: ${t('last sign-in')}: ${ending}, ${absoluteTime(at)}.`, detail ?? '']
          .join(' ')
          .trim(),
        icon: icons[kind],
        server,
      }),
    ];
  }
}

/** How an attempt ended, in a word or two. */
export function attemptLabel(kind: LastAttempt['kind']): string {
  switch (kind) {
    case 'declined':
      return vscode.l10n.t('declined');
    case 'failed':
      return vscode.l10n.t('failed');
    case 'timedOut':
      return vscode.l10n.t('timed out');
  }
}
