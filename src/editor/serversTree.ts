import * as vscode from 'vscode';
import type { ConsentStatus } from '../broker/consentStatus.js';
import type { Disposable } from '../broker/ports.js';
import type { ServerConfig, SettingProblem } from '../broker/serverSettings.js';
import { accountItem, accountRows, type AccountRow } from './accountRows.js';
import { commandId } from './commands.js';
import type { EditorServerSettings } from './serverSettings.js';
import type { ServerStatus, ServerStatuses } from './serverStatuses.js';
import { describeProblem } from './settingsProblems.js';
import { briefStatus, describeStatus, statusWords } from './statusWords.js';

/** One line below a server. */
interface Fact {
  readonly label: string;
  readonly value: string;
  readonly icon: string;
}

type TreeRow =
  | ({ readonly kind: 'server' } & ServerStatus)
  | { readonly kind: 'problem'; readonly problem: SettingProblem }
  | { readonly kind: 'fact'; readonly server: ServerConfig; readonly fact: Fact }
  | AccountRow;

/** The view “Servers”: each server with its account, status, and the scopes it holds and lacks. */
export class ServersTree implements vscode.TreeDataProvider<TreeRow>, Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #subscription: Disposable;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    private readonly statuses: Pick<ServerStatuses, 'all' | 'onDidChange'>,
    private readonly settings: Pick<EditorServerSettings, 'problems'>,
  ) {
    this.#subscription = statuses.onDidChange(() => this.#changed.fire(undefined));
  }

  async getChildren(row?: TreeRow): Promise<TreeRow[]> {
    if (row === undefined) {
      const servers = await this.statuses.all();
      return [
        ...servers.map((entry): TreeRow => ({ kind: 'server', ...entry })),
        ...this.settings.problems.map((problem): TreeRow => ({ kind: 'problem', problem })),
      ];
    }
    if (row.kind !== 'server') return [];
    const rows = facts(row).map((fact): TreeRow => ({ kind: 'fact', server: row.server, fact }));
    return [...accountRows(row), ...rows];
  }

  getTreeItem(row: TreeRow): vscode.TreeItem {
    switch (row.kind) {
      case 'server':
        return serverItem(row);
      case 'problem':
        return problemItem(row.problem);
      case 'fact':
        return factItem(row.fact);
      case 'account':
        return accountItem(row);
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

function serverItem({ server, status }: ServerStatus): vscode.TreeItem {
  const words = statusWords(status.status);
  const item = new vscode.TreeItem(server.name, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `server ${server.name}`;
  item.description = briefStatus(status);
  item.iconPath = new vscode.ThemeIcon(
    words.icon,
    words.color === undefined ? undefined : new vscode.ThemeColor(words.color),
  );
  item.tooltip = describeStatus(status);
  item.accessibilityInformation = { label: describeStatus(status) };
  item.contextValue = contextValue(status);
  return item;
}

/** What the menus of package.json match. */
function contextValue({ status, deniedBy, signedIn }: ConsentStatus): string {
  const shown = status === 'denied' && deniedBy === 'server' ? 'deniedByServer' : status;
  return `server ${shown}${signedIn ? ' signedIn' : ''}`;
}

function problemItem(problem: SettingProblem): vscode.TreeItem {
  const item = new vscode.TreeItem(problem.server === '' ? 'mcpOAuthBroker.servers' : problem.server);
  const text = describeProblem(problem);
  item.description = problem.message;
  item.tooltip = text;
  item.accessibilityInformation = { label: text };
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.contextValue = 'problem';
  item.command = { command: commandId('openSettings'), title: vscode.l10n.t('Open Settings') };
  return item;
}

function factItem({ label, value, icon }: Fact): vscode.TreeItem {
  const item = new vscode.TreeItem(label);
  item.description = value;
  item.tooltip = `${label}: ${value}`;
  item.accessibilityInformation = { label: `${label}: ${value}` };
  item.iconPath = new vscode.ThemeIcon(icon);
  item.contextValue = 'fact';
  return item;
}

function facts({ server, status }: ServerStatus): Fact[] {
  const { t } = vscode.l10n;
  const words = statusWords(status.status);
  const all: (Fact | undefined)[] = [
    { label: t('Status'), value: status.detail ?? words.label, icon: words.icon },
    status.account === undefined || status.accounts !== undefined
      ? undefined
      : { label: t('Account'), value: status.account, icon: 'account' },
    status.held.length === 0
      ? undefined
      : { label: t('Scopes held'), value: status.held.join(', '), icon: 'key' },
    status.missing.length === 0
      ? undefined
      : {
          label: t('Scopes missing'),
          value: status.missing.join(', ') + (status.tool === undefined ? '' : ` (${status.tool})`),
          icon: 'lock',
        },
    { label: t('Address'), value: server.url, icon: 'globe' },
  ];
  return all.filter((fact) => fact !== undefined);
}
