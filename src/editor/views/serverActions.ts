import * as vscode from 'vscode';
import { hasAccounts } from '../../broker/status/consentStatus.js';
import type { ServerConfig, SettingProblem } from '../../broker/settings/serverSettings.js';
import { commandId, type CommandId } from '../adapters/commands.js';
import { plain } from '../adapters/notifications.js';
import { openSettingsAt, type EditorServerSettings } from '../settings/serverSettings.js';
import { problemName } from '../settings/settingsProblems.js';
import type { ServerStatus, ServerStatuses } from './serverStatuses.js';
import {
  briefEntry,
  describeEntry,
  entryTexts,
  isExplained,
  statusAction,
  statusTexts,
} from './statusTexts.js';

/** An item that runs an action or, without `run`, a heading. */
export interface ActionItem extends vscode.QuickPickItem {
  readonly run?: () => Thenable<unknown>;
  /** The server whose actions the item's button shows. */
  readonly entry?: ServerStatus;
}

/**
 * Shows the available actions, the most urgent first. Selecting the status bar entry or running “Show
 * Servers” opens this list.
 */
export async function showServerActions(
  statuses: ServerStatuses,
  { problems, disabled }: EditorServerSettings,
): Promise<void> {
  const actions = serverActions(await statuses.all(), problems, disabled);
  const picked = await pick(actions, vscode.l10n.t('MCP servers with OAuth'));
  await picked?.();
}

/**
 * Returns the most important action of each server that requires one, then the other servers, then the
 * actions that concern no server. Each server's item has a button that shows all of its actions.
 */
export function serverActions(
  all: readonly ServerStatus[],
  problems: readonly SettingProblem[] = [],
  disabled: readonly ServerConfig[] = [],
): readonly ActionItem[] {
  const { t } = vscode.l10n;
  const urgency = ({ status }: ServerStatus) => statusTexts(status.status).urgency;
  const urgent = all.filter((entry) => urgency(entry) > 0).sort((a, b) => urgency(b) - urgency(a));
  const calm = all.filter((entry) => urgency(entry) === 0);
  return [
    ...under(t('Needs your attention'), [...urgent.flatMap(linesOf), ...problems.map(lineOfProblem)]),
    ...under(t('Servers'), calm.flatMap(linesOf)),
    ...under(t('Disabled'), disabled.map(lineOfDisabled)),
    ...under(t('MCP OAuth'), [
      { label: `$(add) ${t('Add Server…')}`, run: run('addServer') },
      { label: `$(history) ${t('Show Tool Calls')}`, run: run('showToolCalls') },
      { label: `$(settings-gear) ${t('Open Settings')}`, run: run('openSettings') },
      { label: `$(output) ${t('Show Log')}`, run: run('showLog') },
    ]),
  ];
}

/** Returns all actions for one server. */
export function actionsOf({ server, status }: ServerStatus): readonly ActionItem[] {
  const { t } = vscode.l10n;
  const first = statusAction(status);
  const others: readonly [CommandId, string][] = [
    ['signIn', status.status === 'awaitingConsent' ? t('Finish Sign-In') : t('Sign In')],
    ...(status.accounts === undefined
      ? []
      : [['switchAccount', t('Switch Account…')] satisfies [CommandId, string]]),
    ...(hasAccounts(status) ? [['signOut', t('Sign Out')] satisfies [CommandId, string]] : []),
    ['checkServer', t('Check')],
    ['diagnoseServer', t('Diagnose')],
    ['copyServerUrl', t('Copy Address')],
    ['renameServer', t('Rename…')],
    ['disableServer', t('Disable')],
    ['removeServer', t('Remove…')],
  ];
  // “Grant Access…” is a sign-in too, so the list has only one of them.
  const isSaid = (command: CommandId) =>
    command === first?.command || (command === 'signIn' && first?.command === 'grantScopes');
  return [
    ...(first === undefined ? [] : [{ label: first.title, run: run(first.command, server.name) }]),
    ...others
      .filter(([command]) => !isSaid(command))
      .map(([command, label]) => ({ label, run: run(command, server.name) })),
  ];
}

/**
 * Returns the items of a server. A pending sign-in can be finished or cancelled, and a server that requires
 * no action also has an item.
 */
function linesOf(entry: ServerStatus): readonly ActionItem[] {
  const { server, status } = entry;
  const { t } = vscode.l10n;
  const name = plain(server.name);
  const words = entryTexts(entry);
  const action = statusAction(status);
  const about = {
    description: plain(briefEntry(entry)),
    detail: plain(status.detail ?? (isExplained(entry) ? describeEntry(entry) : server.url)),
    entry,
    buttons: [{ iconPath: new vscode.ThemeIcon('ellipsis'), tooltip: t('More for {0}', server.name) }],
  };
  const line = (label: string, command: CommandId): ActionItem => ({
    ...about,
    label: `$(${words.icon}) ${name}: ${label}`,
    run: run(command, server.name),
  });
  if (action === undefined)
    return [{ ...about, label: `$(${words.icon}) ${name}`, run: () => showAllFor(entry) }];
  if (status.status === 'awaitingConsent')
    return [line(t('Finish Sign-In'), 'signIn'), line(action.title, action.command)];
  return [line(action.title, action.command)];
}

/** Returns the item of an unusable entry of the settings; its only action is to open the settings. */
function lineOfProblem(problem: SettingProblem): ActionItem {
  const { label, icon } = statusTexts('misconfigured');
  return {
    label: `$(${icon}) ${plain(problemName(problem))}: ${vscode.l10n.t('Open Settings')}`,
    description: label,
    detail: plain(problem.message),
    run: () => openSettingsAt(problem),
  };
}

function lineOfDisabled({ name, url }: ServerConfig): ActionItem {
  return {
    label: `$(stop-circle) ${plain(name)}: ${vscode.l10n.t('Enable')}`,
    detail: plain(url),
    run: run('enableServer', name),
  };
}

/** Shows the actions for one server as a list. */
export async function showAllFor(entry: ServerStatus): Promise<void> {
  const picked = await pick(actionsOf(entry), describeEntry(entry));
  await picked?.();
}

/** @returns the action of the selected item; undefined if the user closed the list */
function pick(items: readonly ActionItem[], title: string): Promise<(() => Thenable<unknown>) | undefined> {
  return new Promise((resolve) => {
    const list = vscode.window.createQuickPick<ActionItem>();
    Object.assign(list, { title, items, matchOnDescription: true });
    const settle = (chosen: (() => Thenable<unknown>) | undefined) => {
      resolve(chosen);
      list.dispose();
    };
    list.onDidAccept(() => settle(list.selectedItems[0]?.run));
    list.onDidTriggerItemButton(({ item: { entry } }) =>
      settle(entry === undefined ? undefined : () => showAllFor(entry)),
    );
    list.onDidHide(() => settle(undefined));
    list.show();
  });
}

function under(heading: string, lines: readonly ActionItem[]): readonly ActionItem[] {
  const separator = { label: heading, kind: vscode.QuickPickItemKind.Separator };
  return lines.length === 0 ? [] : [separator, ...lines];
}

function run(command: CommandId, ...row: readonly string[]): () => Thenable<unknown> {
  return () => vscode.commands.executeCommand(commandId(command), ...row);
}
