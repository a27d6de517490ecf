import * as vscode from 'vscode';
import type { Clock, Disposable } from '../../base/clock.js';
import type { ServerConfig, SettingProblem } from '../../broker/settings/serverSettings.js';
import type { ServerStatuses, ServerStatus } from './serverStatuses.js';
import { treeRow, type TreeRow, type TreeSection } from './treeRow.js';
import { hasAccounts, type ConsentStatus, type AccountInUse } from '../../broker/status/consentStatus.js';
import type { Duplicate } from '../settings/displacedServers.js';
import { briefEntry, describeEntry, entryTexts, statusTexts } from './statusTexts.js';
import { commandId } from '../adapters/commands.js';
import { describeProblem, problemName } from '../settings/settingsProblems.js';

/** Changes within this time are drawn together, in milliseconds. */
const gathering = 50;
/** How often relative times such as “5 minutes ago” are updated, in milliseconds. */
const tick = 60_000;

const root = '';

/** Entries of the settings that are shown in addition to the active servers. */
interface ShownSettings {
  readonly problems: readonly SettingProblem[];
  readonly disabled?: readonly ServerConfig[];
}

/**
 * The view “Servers”: each server with the rows of its sections. Only rows that have changed are drawn again,
 * so that nothing flickers however many servers there are.
 */
export class ServersTree implements vscode.TreeDataProvider<TreeRow>, Disposable {
  readonly #changed = new vscode.EventEmitter<TreeRow[] | undefined>();
  readonly #subscriptions: readonly Disposable[];
  /** The objects that the editor was given, by ID: it recognizes a row only by the identity of its object. */
  readonly #rows = new Map<string, TreeRow>();
  /** The IDs of the rows below each expanded row, as the editor shows them. */
  readonly #below = new Map<string, readonly string[]>();
  /** The appearance of each row when the editor last read it. */
  readonly #looks = new Map<string, string>();
  #timer: Disposable | undefined;
  #tick: Disposable | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    private readonly statuses: {
      readonly all: ServerStatuses['all'];
      readonly onDidChange: ServerStatuses['onDidChange'];
    },
    private readonly settings: readonly ShownSettings[],
    private readonly sections: readonly TreeSection[],
    private readonly clock: Clock,
    /**
     * Rows above the servers. They are shown only if there is another row, because an empty view shows its
     * welcome text.
     */
    private readonly notes: readonly TreeRow[] = [],
  ) {
    const changed = () => this.#gather();
    this.#subscriptions = [
      statuses.onDidChange(changed),
      ...sections.map(({ onDidChange }) => onDidChange?.(changed)).filter((one) => one !== undefined),
    ];
  }

  async getChildren(row?: TreeRow): Promise<TreeRow[]> {
    this.#tick ??= this.clock.after(tick, () => {
      this.#tick = undefined;
      this.#gather();
    });
    const fresh = await this.#rowsBelow(row);
    this.#below.set(row?.id ?? root, idsOf(fresh));
    return fresh.map((one) => this.#kept(one));
  }

  getTreeItem(row: TreeRow): vscode.TreeItem {
    return row.item;
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#tick?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  async #rowsBelow(row: TreeRow | undefined): Promise<readonly TreeRow[]> {
    if (row !== undefined) return (await row.children?.()) ?? [];
    const servers = await this.statuses.all();
    const rows = [
      ...servers.map((entry) =>
        serverRow(entry, async () => {
          const rows = await Promise.all(this.sections.map(async (section) => section.rows(entry)));
          return rows.flat();
        }),
      ),
      ...this.settings.flatMap(({ disabled = [] }) => disabled.map(disabledServerRow)),
      ...this.settings.flatMap(({ problems }) => problems.map(problemRow)),
    ];
    return rows.length === 0 ? rows : [...this.notes, ...rows];
  }

  /** Returns the object by which the editor recognizes the row, updated. */
  #kept(fresh: TreeRow): TreeRow {
    this.#looks.set(fresh.id, lookOf(fresh));
    const known = this.#rows.get(fresh.id);
    if (known === undefined) {
      this.#rows.set(fresh.id, fresh);
      return fresh;
    }
    return Object.assign(known, fresh);
  }

  #gather(): void {
    this.#timer ??= this.clock.after(gathering, () => {
      this.#timer = undefined;
      // Storage that cannot be read now is read again at the next change.
      void this.#redraw().catch(() => undefined);
    });
  }

  async #redraw(): Promise<void> {
    const other = await this.#otherThanShown(undefined);
    if (other === 'itself') this.#changed.fire(undefined);
    else if (other.length > 0) this.#changed.fire([...other]);
  }

  /**
   * Returns the rows below a row that differ from what the editor shows, or `itself` if the list of rows has
   * changed.
   */
  async #otherThanShown(row: TreeRow | undefined): Promise<readonly TreeRow[] | 'itself'> {
    const shown = this.#below.get(row?.id ?? root);
    if (shown === undefined) return [];
    const fresh = await this.#rowsBelow(row);
    if (String(idsOf(fresh)) !== String(shown)) {
      this.#forget(shown, new Set(idsOf(fresh)));
      return 'itself';
    }
    const other: TreeRow[] = [];
    for (const one of fresh) {
      const before = this.#looks.get(one.id);
      const known = this.#kept(one);
      // When the editor refreshes a row, it also requests the rows below it.
      const below = lookOf(one) === before ? await this.#otherThanShown(known) : 'itself';
      other.push(...(below === 'itself' ? [known] : below));
    }
    return other;
  }

  #forget(gone: readonly string[], staying: ReadonlySet<string>): void {
    for (const id of gone.filter((one) => !staying.has(one))) {
      this.#forget(this.#below.get(id) ?? [], staying);
      this.#below.delete(id);
      this.#rows.delete(id);
      this.#looks.delete(id);
    }
  }
}

function idsOf(rows: readonly TreeRow[]): readonly string[] {
  return rows.map(({ id }) => id);
}

function lookOf({ item }: TreeRow): string {
  return JSON.stringify(item);
}

/** Returns the row of a server: its name, its status, and the account in use. */
export function serverRow(entry: ServerStatus, children: NonNullable<TreeRow['children']>): TreeRow {
  const { server, status, duplicate } = entry;
  const { t } = vscode.l10n;
  const [brief, described] = [briefEntry(entry), describeEntry(entry)];
  const { icon, color } = entryTexts(entry);
  return treeRow({
    id: `server ${server.name}`,
    kind: kindOf(status),
    label: server.name,
    description: duplicate === undefined ? brief : t('{0} – also in {1}', brief, duplicate.file),
    spoken: duplicate === undefined ? described : `${described}; ${describeDuplicate(duplicate)}`,
    icon,
    color,
    server,
    children,
  });
}

/** Describes a server that the editor also has from another source, as part of a sentence. */
export function describeDuplicate({ name, file }: Duplicate): string {
  return vscode.l10n.t('{0} has “{1}” with the same address; VS Code signs in to it itself', file, name);
}

/** Returns the value that the menus in package.json match. */
function kindOf(status: ConsentStatus): string {
  const isRefused = status.status === 'denied' && status.deniedBy === 'server';
  return `server ${isRefused ? 'deniedByServer' : status.status}${hasAccounts(status) ? ' signedIn' : ''}`;
}

/** Returns the row of an unusable entry of the settings; selecting the row opens the settings. */
function problemRow(problem: SettingProblem): TreeRow {
  const row = treeRow({
    id: `problem ${problem.server} ${problem.field}`,
    kind: 'problem',
    label: problemName(problem),
    description: `${statusTexts('misconfigured').label} – ${problem.message}`,
    spoken: describeProblem(problem),
    icon: 'warning',
    color: 'list.warningForeground',
  });
  row.item.command = { command: commandId('openSettings'), title: vscode.l10n.t('Open Settings') };
  return row;
}

/** The row of an account, as a command that is run on it receives it. */
export interface AccountRow extends TreeRow {
  readonly account: AccountInUse;
}

/** The rows of a server's accounts, if it has several; a single account is shown among the facts. */
export class AccountRows implements TreeSection {
  rows({ server, status }: ServerStatus): readonly AccountRow[] {
    return (status.accounts ?? []).map((account) => ({ ...accountRow(server, account), account }));
  }
}

function accountRow(server: ServerConfig, account: AccountInUse): TreeRow {
  const { t } = vscode.l10n;
  return treeRow({
    id: `account ${server.name} ${account.key}`,
    // The menus in package.json match this value.
    kind: account.inUse ? 'account inUse' : 'account other',
    label: account.label,
    description: account.inUse ? t('in use here') : t('signed in'),
    spoken: account.inUse
      ? t('{0}: calls from this workspace act as {1}', server.name, account.label)
      : t('{0}: also signed in as {1}', server.name, account.label),
    icon: account.inUse ? 'pass-filled' : 'account',
    server,
  });
}

/** The scheme of addresses that mark rows to be drawn grey; these addresses are never opened. */
const scheme = 'mcp-oauth-disabled';
const grey = new vscode.ThemeColor('disabledForeground');

/** Returns the row of a server that the user disabled. */
function disabledServerRow(server: ServerConfig): TreeRow {
  const { t } = vscode.l10n;
  const row = treeRow({
    id: `disabled ${server.name}`,
    kind: 'disabledServer',
    label: server.name,
    description: t('Disabled'),
    spoken: t('{0}: Disabled; callers can’t use it, and its sign-ins are kept', server.name),
    icon: 'stop-circle',
    color: 'disabledForeground',
    server,
  });
  row.item.resourceUri = vscode.Uri.from({ scheme, path: `/${encodeURIComponent(server.name)}` });
  return row;
}

/**
 * Registers a decoration that draws the labels of disabled servers grey: a tree item can have a color only
 * for its icon.
 */
export function registerDisabledRows(): vscode.Disposable {
  return vscode.window.registerFileDecorationProvider({
    provideFileDecoration: (uri) =>
      uri.scheme === scheme
        ? new vscode.FileDecoration(undefined, vscode.l10n.t('Disabled'), grey)
        : undefined,
  });
}
