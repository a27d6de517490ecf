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

/**
 * The row for the outcome of the last sign-in to a server; the server's own row shows the outcome to expect
 * for the next call.
 */
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
        // The menus in package.json match this value.
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

/** Returns the outcome of a sign-in in one or two words. */
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
