import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import type { ConsentStatus } from '../../broker/status/consentStatus.js';
import type { ServerConfig, SettingProblem } from '../../broker/settings/serverSettings.js';
import { commandId } from '../adapters/commands.js';
import { notifications, plain, type ChoiceWindow } from '../adapters/notifications.js';
import { problemName } from '../settings/settingsProblems.js';
import { openSettingsAt, type EditorServerSettings } from '../settings/serverSettings.js';
import type { ServerStatus, ServerStatuses } from '../views/serverStatuses.js';
import { briefEntry, describeEntry, entryTexts, isExplained, statusTexts } from '../views/statusTexts.js';
import { absoluteTime } from '../views/relativeTime.js';
import { accountKeyOf, accountLabel, type Credential } from '../../broker/accounts/credential.js';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import type { UnnamedAnswer } from '../../broker/accounts/accountChoice.js';

interface ServerItem extends vscode.QuickPickItem {
  readonly entry: ServerStatus;
}

/** An unusable entry of the settings, which is listed so that the user can find out the reason. */
interface UnusableItem extends vscode.QuickPickItem {
  readonly problem: SettingProblem;
}

/** The part of the window that shows a list of servers. */

/**
 * Determines the server that a command applies to: the server of the selected row, the only configured one,
 * or the user's choice.
 */
export class ServerChoice {
  constructor(
    private readonly settings: {
      readonly find: EditorServerSettings['find'];
      readonly problems: EditorServerSettings['problems'];
    },
    private readonly statuses: { readonly all: ServerStatuses['all'] },
    private readonly window: ChoiceWindow = vscode.window,
    private readonly openSettings: (problem: SettingProblem) => Thenable<unknown> = openSettingsAt,
  ) {}

  /**
   * @param row the menu's argument: a tree row, a server's name, or undefined
   * @param fits selects the servers that the command applies to; if there is none, `nothingFits` is shown. If
   *   absent, the command applies to any server, and unusable entries are also listed: selecting one opens
   *   the settings
   * @returns undefined if the user closed the list or there is no server to choose
   */
  async choose(
    row: unknown,
    placeHolder: string,
    fits?: (status: ConsentStatus) => boolean,
    nothingFits?: string,
  ): Promise<ServerConfig | undefined> {
    const named = this.#named(row);
    if (named !== undefined) return named;
    const all = await this.statuses.all();
    const unusable = fits === undefined ? unusableItems(this.settings.problems) : [];
    if (all.length + unusable.length === 0) return void offerToAdd();
    const fitting = all.filter(({ status }) => fits?.(status) ?? true);
    const [only, ...others] = fitting;
    if (only !== undefined && others.length + unusable.length === 0) return only.server;
    if (fitting.length + unusable.length === 0) {
      if (nothingFits !== undefined) void notifications.information(nothingFits);
      return undefined;
    }
    const items: (ServerItem | UnusableItem)[] = [...fitting.map(serverItem), ...unusable];
    const picked = await this.window.showQuickPick(items, { placeHolder, matchOnDescription: true });
    if (picked === undefined || 'entry' in picked) return picked?.entry.server;
    await this.openSettings(picked.problem);
    return undefined;
  }

  #named(row: unknown): ServerConfig | undefined {
    if (typeof row === 'string') return this.settings.find(row);
    if (typeof row !== 'object' || row === null || !('server' in row)) return undefined;
    const { server } = row;
    if (typeof server !== 'object' || server === null || !('name' in server)) return undefined;
    return this.settings.find(String(server.name));
  }
}

/** Returns one server as an item of a list: its name, status and account. */
export function serverItem(entry: ServerStatus): ServerItem {
  const { server, status } = entry;
  const words = entryTexts(entry);
  return {
    entry,
    label: `$(${words.icon}) ${plain(server.name)}`,
    description: plain(briefEntry(entry)),
    detail: plain(status.detail ?? (isExplained(entry) ? describeEntry(entry) : server.url)),
  };
}

/** Returns one item for each unusable entry, with the first problem in it. */
function unusableItems(problems: readonly SettingProblem[]): readonly UnusableItem[] {
  const { label, icon } = statusTexts('misconfigured');
  const entries = new Map(problems.toReversed().map((problem) => [problem.server, problem]));
  return problems
    .filter((problem) => entries.get(problem.server) === problem)
    .map((problem) => ({
      label: `$(${icon}) ${plain(problemName(problem))}`,
      description: label,
      detail: vscode.l10n.t('{0} Choose this to open the settings.', plain(problem.message)),
      problem,
    }));
}

async function offerToAdd(): Promise<void> {
  const add = vscode.l10n.t('Add Server…');
  const choice = await notifications.information(
    vscode.l10n.t('No MCP server is configured for MCP OAuth Broker yet.'),
    add,
  );
  if (choice === add) await vscode.commands.executeCommand(commandId('addServer'));
}

/** The user's choice: an account by its key, or the item below the accounts. */
export type PickedAccount = { readonly key: string } | 'further';

interface AccountItem extends vscode.QuickPickItem {
  readonly choice?: PickedAccount;
}

/** Lets the user choose one of a server's accounts. */
export class AccountPick {
  constructor(
    private readonly credentials: CredentialStore,
    private readonly window: ChoiceWindow = vscode.window,
  ) {}

  /** Returns the account of the row that a command was run on. */
  static keyOf(row: unknown): string | undefined {
    if (typeof row !== 'object' || row === null || !('account' in row)) return undefined;
    const { account } = row;
    if (typeof account !== 'object' || account === null || !('key' in account)) return undefined;
    return String(account.key);
  }

  async all(server: ServerConfig): Promise<readonly Credential[]> {
    return this.credentials.all(server.url);
  }

  /**
   * @param further other choices, listed below the accounts
   * @param among the accounts to choose from; all accounts if absent
   * @returns undefined if the user closed the list
   */
  async choose(
    server: ServerConfig,
    placeHolder: string,
    further?: string,
    among?: readonly Credential[],
  ): Promise<PickedAccount | undefined> {
    const inUse = await this.credentials.get(server.url);
    const items: AccountItem[] = (among ?? (await this.all(server))).map((credential) =>
      defined({
        label: `$(account) ${plain(accountLabel(credential))}`,
        description: credential.id === inUse?.id ? vscode.l10n.t('in use here') : undefined,
        detail: plain(new URL(credential.as.issuer).host),
        choice: { key: accountKeyOf(credential) },
      }),
    );
    if (further !== undefined) {
      items.push({ label: '', kind: vscode.QuickPickItemKind.Separator });
      items.push({ label: further, choice: 'further' });
    }
    const picked = await this.window.showQuickPick(items, { title: plain(server.name), placeHolder });
    return picked?.choice;
  }
}

/** Asks whether a sign-in for which the server names no account renews an account or adds one. */
export async function askWhoseSignIn(
  server: ServerConfig,
  accounts: readonly Credential[],
  window: ChoiceWindow = vscode.window,
): Promise<UnnamedAnswer> {
  const { t } = vscode.l10n;
  const items: (vscode.QuickPickItem & { readonly answer: UnnamedAnswer })[] = accounts.map((one) => ({
    label: `$(sync) ${t('Replace {0}', plain(accountLabel(one)))}`,
    description: t('signed in {0}', absoluteTime(one.signedInAt ?? one.obtainedAt)),
    answer: { renews: accountKeyOf(one) },
  }));
  items.push({ label: `$(add) ${t('Add as another account')}`, answer: 'another' });
  const picked = await window.showQuickPick(items, {
    title: plain(server.name),
    placeHolder: t(
      '{0} doesn’t provide an account name. Which account did you sign in with?',
      plain(server.name),
    ),
    ignoreFocusOut: true,
  });
  return picked?.answer ?? 'neither';
}
