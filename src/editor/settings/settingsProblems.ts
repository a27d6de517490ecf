import * as vscode from 'vscode';
import type { Disposable } from '../../base/clock.js';
import type { SettingProblem } from '../../broker/settings/serverSettings.js';
import { notifications } from '../adapters/notifications.js';
import { openServerSettings } from './serverSettings.js';

/** A setting of this extension, and the parts of it that cannot be used. */
export interface ProblemSource {
  readonly problems: readonly SettingProblem[];
  onDidChange(listener: (now: { readonly problems: readonly SettingProblem[] }) => void): Disposable;
}

/**
 * Notifies the user of entries that cannot be used, once for each change of them; the tree always shows them.
 */
export class SettingsProblems implements Disposable {
  readonly #subscription: Disposable;
  #shown = '';

  constructor(
    settings: ProblemSource,
    private readonly warn = showWarning,
  ) {
    this.#subscription = settings.onDidChange(({ problems }) => this.#tell(problems));
    this.#tell(settings.problems);
  }

  #tell(problems: readonly SettingProblem[]): void {
    const now = JSON.stringify(problems);
    const isTold = now === this.#shown;
    this.#shown = now;
    const [first, ...rest] = problems;
    if (isTold || first === undefined) return;
    const message =
      rest.length === 0
        ? describeProblem(first)
        : vscode.l10n.t('{0} ({1} more in the settings.)', describeProblem(first), rest.length);
    void this.warn(message);
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

/**
 * Returns the name of a problem. A problem in a setting other than that of the servers also names the
 * setting.
 */
export function problemName({ server, field }: SettingProblem): string {
  if (server === '') return `mcpOAuthBroker.${field || 'servers'}`;
  const [setting, ...below] = field.split('.');
  return setting === 'toolRules' ? [setting, server, below.join('.')].filter(Boolean).join(' › ') : server;
}

/** Describes a problem, starting with the entry and the field. */
export function describeProblem({ server, field, message }: SettingProblem): string {
  if (server === '' && field === '') return message;
  const where = field === '' ? `“${server}”` : `“${server}” › ${field}`;
  return vscode.l10n.t('MCP OAuth settings, {0}: {1}', where, message);
}

async function showWarning(message: string): Promise<void> {
  const open = vscode.l10n.t('Open Settings');
  const choice = await notifications.warning(message, open);
  if (choice === open) await openServerSettings();
}
