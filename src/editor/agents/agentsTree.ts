import * as vscode from 'vscode';
import { isCurrent, type AdmittedServer, type AgentAdmission } from '../../broker/agents/agentAdmission.js';
import type { AgentAsk } from '../../broker/agents/agentConsents.js';
import type { ClientConnection } from '../../broker/agents/clientConnection.js';
import type { ClientConnections } from '../../broker/agents/clientConnections.js';
import { shownTool, type AgentToolQuestion } from '../../broker/agents/agentToolAnswers.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { AgentsPortState } from '../../broker/agents/agentSettings.js';
import type { EditorAgents } from '../adapters/editorAgents.js';
import { obstacleTexts } from './agentsPortTexts.js';
import { commandId } from '../adapters/commands.js';
import { placeText } from '../imports/importTexts.js';
import { plain } from '../adapters/notifications.js';
import { absoluteTime, briefMoment } from '../views/relativeTime.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';

/** What an agent waits for: consent, or the user's answer about a tool whose rule is to ask. */
type Waiting = AgentAsk | AgentToolQuestion;

type AgentRow =
  | {
      readonly kind: 'agent';
      readonly agent: AgentAdmission;
      readonly asks: readonly Waiting[];
      /** The connection, if the agent is another vendor's client. */
      readonly connection: ClientConnection | undefined;
    }
  | { readonly kind: 'ask'; readonly ask: Waiting }
  | { readonly kind: 'server'; readonly access: AdmittedServer }
  | Extract<AgentsPortState, { kind: 'blocked' }>;

/** The view “Agents”: each agent with its pending requests and its admission. */
export class AgentsTree implements vscode.TreeDataProvider<AgentRow>, Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #subscriptions: readonly Disposable[];

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    private readonly agents: EditorAgents,
    private readonly settings: EditorServerSettings,
    private readonly clock: Clock,
    private readonly clients: ClientConnections,
  ) {
    const refresh = () => this.#changed.fire(undefined);
    this.#subscriptions = [
      agents.admissions.onDidChange(refresh),
      agents.consents.onDidChange(refresh),
      agents.questions.onDidChange(refresh),
      agents.port.onDidChange(refresh),
      clients.onDidChange(refresh),
    ];
  }

  async getChildren(row?: AgentRow): Promise<AgentRow[]> {
    if (row === undefined) {
      const all = await this.agents.admissions.all();
      const { consents, questions } = this.agents;
      const pending: readonly Waiting[] = [...consents.pending, ...questions.pending];
      const { state } = this.agents.port;
      const connections = await this.clients.all();
      return [
        ...(state.kind === 'blocked' ? [state] : []),
        ...all.map((agent): AgentRow => {
          const asks = pending.filter((ask) => ask.agent.id === agent.id);
          const connection = connections.find(({ agentId }) => agentId === agent.id);
          return { kind: 'agent', agent, asks, connection };
        }),
      ];
    }
    if (row.kind !== 'agent') return [];
    return [
      ...row.asks.map((ask): AgentRow => ({ kind: 'ask', ask })),
      ...row.agent.servers.map((access): AgentRow => ({ kind: 'server', access })),
    ];
  }

  getTreeItem(row: AgentRow): vscode.TreeItem {
    switch (row.kind) {
      case 'agent':
        return row.connection === undefined
          ? this.#agentItem(row.agent, row.asks)
          : this.#clientItem(row.agent, row.asks, row.connection);
      case 'ask':
        return 'kind' in row.ask ? askItem(row.ask) : questionItem(row.ask);
      case 'server':
        return this.#serverItem(row.access);
      case 'blocked':
        return blockedItem(row);
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  #agentItem(agent: AgentAdmission, asks: readonly Waiting[]): vscode.TreeItem {
    const { t } = vscode.l10n;
    const { expiresAt } = agent;
    const now = this.clock.now();
    const { item, state } = admissionItem(agent, asks, now, { kind: 'agent', icon: 'robot' });
    item.description =
      state ?? (expiresAt === undefined ? t('admitted') : t('until {0}', briefMoment(expiresAt, now)));
    const admitted =
      expiresAt === undefined ? t('admitted') : t('admitted until {0}', absoluteTime(expiresAt));
    const label = t('Agent {0}: {1}', agent.name, state ?? admitted);
    item.tooltip = label;
    item.accessibilityInformation = { label };
    return item;
  }

  #clientItem(agent: AgentAdmission, asks: readonly Waiting[], { uri }: ClientConnection): vscode.TreeItem {
    const { t } = vscode.l10n;
    const { expiresAt } = agent;
    const now = this.clock.now();
    const { item, state } = admissionItem(agent, asks, now, { kind: 'client', icon: 'plug' });
    item.description =
      state ??
      (expiresAt === undefined ? t('connected') : t('connected until {0}', briefMoment(expiresAt, now)));
    const label = t('Client {0}: {1}', agent.name, item.description);
    item.tooltip = `${label}\n${placeText(uri)}`;
    item.accessibilityInformation = { label };
    return item;
  }

  #serverItem({ url, account, scopes, tools }: AdmittedServer): vscode.TreeItem {
    const { t } = vscode.l10n;
    const server = this.settings.withUrl(url);
    const item = new vscode.TreeItem(server?.name ?? new URL(url).host);
    const facts = [
      scopes === undefined ? t('all scopes granted') : t('at most {0}', scopes.join(', ')),
      ...(tools === undefined ? [] : [t('only {0}', tools.join(', '))]),
      ...(account === undefined ? [] : [t('one account')]),
      ...(server === undefined ? [t('not configured')] : []),
    ];
    item.description = plain(facts.join(' · '));
    item.tooltip = `${url}\n${facts.join('\n')}`;
    item.accessibilityInformation = { label: `${item.label as string}: ${facts.join(', ')}` };
    item.iconPath = new vscode.ThemeIcon('server');
    item.contextValue = 'admittedServer';
    return item;
  }
}

/**
 * Creates the common part of the items of agents and connected clients: name, ID, icon and menu.
 *
 * @returns the item and, if it differs from how long the agent is admitted, the state
 */
function admissionItem(
  agent: AgentAdmission,
  asks: readonly Waiting[],
  now: number,
  { kind, icon }: { readonly kind: 'agent' | 'client'; readonly icon: string },
): { readonly item: vscode.TreeItem; readonly state: string | undefined } {
  const isOver = !isCurrent(agent, now);
  const isWaiting = asks.length > 0;
  const item = new vscode.TreeItem(agent.name, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `agent ${agent.id}`;
  item.iconPath = isWaiting ? warning('bell-dot') : new vscode.ThemeIcon(isOver ? 'circle-slash' : icon);
  item.contextValue = `${kind}${isWaiting ? ' waiting' : ''}`;
  return { item, state: isOver ? vscode.l10n.t('expired') : isWaiting ? waitsFor(asks) : undefined };
}

function askItem(ask: AgentAsk): vscode.TreeItem {
  const { t } = vscode.l10n;
  const item = new vscode.TreeItem(
    ask.kind === 'signIn' ? t('Sign in to {0}', ask.server.name) : t('More access to {0}', ask.server.name),
  );
  item.id = `ask ${ask.id}`;
  item.description = plain([ask.what, ...ask.scopes].join(' · '));
  item.tooltip = t('Requested {0}', plain(ask.what));
  item.accessibilityInformation = { label: `${item.label as string}: ${item.description}` };
  item.iconPath = warning('key');
  item.contextValue = 'agentAsk';
  return item;
}

function questionItem(question: AgentToolQuestion): vscode.TreeItem {
  const { t } = vscode.l10n;
  const { tool, account } = question;
  const item = new vscode.TreeItem(plain(t('Run {0} on {1}?', shownTool(tool), question.server.name)));
  item.id = `question ${question.id}`;
  item.description = plain(
    [...(account === undefined ? [] : [account]), t('your rule is to ask')].join(' · '),
  );
  item.tooltip = `${item.label as string}\n${item.description}`;
  item.accessibilityInformation = { label: `${item.label as string} ${item.description}` };
  item.iconPath = warning('question');
  item.contextValue = 'agentAsk';
  return item;
}

function waitsFor(asks: readonly Waiting[]): string {
  const { t } = vscode.l10n;
  return asks.some((ask) => 'kind' in ask) ? t('waiting for your consent') : t('waiting for your approval');
}

function blockedItem({ port, why }: Extract<AgentsPortState, { kind: 'blocked' }>): vscode.TreeItem {
  const { t } = vscode.l10n;
  const { label, tooltip } = obstacleTexts(port, why);
  const item = new vscode.TreeItem(label);
  item.description = t('agents can’t connect');
  item.tooltip = tooltip;
  item.accessibilityInformation = { label: tooltip };
  item.iconPath = warning('warning');
  item.contextValue = 'agentsPort';
  item.command = { command: commandId('agentsPort'), title: t('Show Options') };
  return item;
}

function warning(icon: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor('list.warningForeground'));
}
