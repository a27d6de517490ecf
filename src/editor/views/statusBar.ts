import * as vscode from 'vscode';
import type { Disposable } from '../../base/clock.js';
import type { SettingProblem } from '../../broker/settings/serverSettings.js';
import { commandId } from '../adapters/commands.js';
import { plain } from '../adapters/notifications.js';
import type { ServerStatus, ServerStatuses } from './serverStatuses.js';
import { describeEntry, entryTexts } from './statusTexts.js';

const mostLines = 12;

/** The status bar's entry: the account that acts, and how many servers need the user. */
export class StatusBar implements Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #subscription: Disposable;
  #shown = 0;

  constructor(
    private readonly statuses: ServerStatuses,
    /** What of the settings cannot be used, as it is now. */
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
    // A later change has been read meanwhile, or the editor is closing.
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

/** An entry that cannot be used is a server that nothing can be asked of. */
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

/** Each server's status a line, what needs the user first; what no screen holds is counted. */
export function tooltip(all: readonly ServerStatus[]): string {
  const sorted = all.toSorted((a, b) => entryTexts(b).urgency - entryTexts(a).urgency);
  const more = sorted.length - mostLines;
  return [
    ...sorted.slice(0, mostLines).map(describeEntry),
    ...(more > 0 ? [vscode.l10n.t('… and {0} more', more)] : []),
  ].join('\n');
}

/**
 * Whom calls act as, and how many servers need the user, with the icon of what is most urgent.
 *
 * @param all at least one
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
 * The account that acts, or how many do. No call acts as one whose sign-in has ended, or at a server that is switched
 * off.
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
