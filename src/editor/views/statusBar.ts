import * as vscode from 'vscode';
import type { Disposable } from '../../base/clock.js';
import type { SettingProblem } from '../../broker/settings/serverSettings.js';
import { commandId } from '../adapters/commands.js';
import { plain } from '../adapters/notifications.js';
import type { ServerStatus, ServerStatuses } from './serverStatuses.js';
import { describeEntry, entryTexts } from './statusTexts.js';

const mostLines = 12;

/** The status bar entry: the account in use, and how many servers require action. */
export class StatusBar implements Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #subscription: Disposable;
  #shown = 0;

  constructor(
    private readonly statuses: ServerStatuses,
    /** The entries of the settings that currently cannot be used. */
    private readonly settings: { readonly problems: readonly SettingProblem[] },
  ) {
    this.#item = vscode.window.createStatusBarItem('servers', vscode.StatusBarAlignment.Right, 90);
    this.#item.name = 'MCP OAuth';
    this.#item.command = commandId('showServers');
    // Storage that cannot be read now is read again at the next change.
    const refresh = () => void this.#refresh().catch(() => undefined);
    this.#subscription = statuses.onDidChange(refresh);
    refresh();
  }

  dispose(): void {
    this.#shown = Infinity;
    this.#subscription.dispose();
    this.#item.dispose();
  }

  async #refresh(): Promise<void> {
    const turn = ++this.#shown;
    const all = [...(await this.statuses.all()), ...this.settings.problems.map(statusOfProblem)];
    // A later change has been read in the meantime, or the editor is closing.
    if (turn !== this.#shown) return;
    if (all.length === 0) {
      this.#item.hide();
      return;
    }
    const { text, label } = summary(all);
    this.#item.text = text;
    this.#item.tooltip = tooltip(all);
    this.#item.accessibilityInformation = { label, role: 'button' };
    this.#item.show();
  }
}

/** Returns a status for an unusable entry of the settings, which is shown as a server that cannot be used. */
export function statusOfProblem(problem: SettingProblem): ServerStatus {
  const name = problem.server === '' ? 'mcpOAuthBroker.servers' : problem.server;
  return {
    server: { name, url: '', headers: {}, oauth: {} },
    status: {
      ...{ status: 'misconfigured', server: name, signedIn: false, held: [], missing: [] },
      detail: problem.message,
    },
  };
}

/**
 * Returns one line for each server's status, the most urgent first. Servers that do not fit on a screen are
 * only counted.
 */
export function tooltip(all: readonly ServerStatus[]): string {
  const sorted = all.toSorted((a, b) => entryTexts(b).urgency - entryTexts(a).urgency);
  const more = sorted.length - mostLines;
  return [
    ...sorted.slice(0, mostLines).map(describeEntry),
    ...(more > 0 ? [vscode.l10n.t('… and {0} more', more)] : []),
  ].join('\n');
}

/**
 * Summarizes which account is used and how many servers require action, with the icon of the most urgent
 * status.
 *
 * @param all the statuses, at least one
 */
export function summary(all: readonly ServerStatus[]): { readonly text: string; readonly label: string } {
  const { t } = vscode.l10n;
  const needing = all
    .map((entry) => ({ ...entry, words: entryTexts(entry) }))
    .filter(({ words }) => words.urgency > 0)
    .sort((a, b) => b.words.urgency - a.words.urgency);
  const [worst] = needing;
  const who = whoActs(all);
  const text = who === '' ? '$(shield)' : `$(shield) ${plain(who)}`;
  if (worst === undefined) {
    const nobody = t('MCP OAuth: no account is signed in');
    return { text, label: who === '' ? nobody : t('MCP OAuth: no action needed; calls act as {0}', who) };
  }
  const what = needing.map(({ server, words }) => `${server.name}: ${words.label}`).join(', ');
  const count =
    needing.length === 1 ? t('1 server needs attention') : t('{0} servers need attention', needing.length);
  return {
    text: `${text} $(${worst.words.icon}) ${needing.length}`,
    label: t('MCP OAuth: {0}', `${who === '' ? '' : `${t('calls act as {0}', who)}; `}${count}: ${what}`),
  };
}

/**
 * Returns the account in use, or the number of accounts. Accounts whose sign-in has ended and servers that
 * are switched off are not counted.
 */
function whoActs(all: readonly ServerStatus[]): string {
  const accounts = new Set(
    all
      .filter(({ status, displacedBy }) => status.status !== 'expired' && displacedBy === undefined)
      .map(({ status }) => status.account)
      .filter((account) => account !== undefined),
  );
  return accounts.size > 1 ? vscode.l10n.t('{0} accounts', accounts.size) : [...accounts].join('');
}
