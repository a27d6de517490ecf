import * as vscode from 'vscode';
import type { Imports, Undone } from '../../broker/imports/imports.js';
import { Notifications, type NotificationWindow } from '../adapters/notifications.js';
import { problemText } from './importTexts.js';
import { needsReload, offerReload } from './reloadOffer.js';

/** Runs “Undo Import or Export”, or the undo button of a report. */
export async function undoImport(
  imports: Imports,
  window: Partial<NotificationWindow> = vscode.window,
): Promise<void> {
  const { t } = vscode.l10n;
  const notifications = new Notifications(window);
  const undone = await imports.undo();
  if (undone === undefined) {
    void notifications.information(t('There is no import or export to undo.'));
    return;
  }
  const text = undoneText(undone);
  if (undone.problems.length > 0 || undone.kept.length > 0) void notifications.warning(text);
  else if (needsReload(undone.restored)) void offerReload(notifications, text);
  else void notifications.information(text);
}

function undoneKinds(): Readonly<Record<Undone['kind'], string>> {
  const { t } = vscode.l10n;
  return {
    import: t('The import was undone.'),
    export: t('The export was undone.'),
    removal: t('The removal was undone.'),
  };
}

function undoneText({ kind, kept, problems, restored }: Undone): string {
  const { t } = vscode.l10n;
  return [
    undoneKinds()[kind],
    ...(restored.length > 0 ? [t('Restored: {0}.', restored.map(({ label }) => label).join(', '))] : []),
    ...(kept.length > 0
      ? [t('Changed in the meantime, and still in your settings: {0}.', kept.join(', '))]
      : []),
    ...problems.map(problemText),
  ].join(' ');
}
