import * as vscode from 'vscode';
import type { AgentAsk } from '../../broker/agents/agentConsents.js';
import type { AgentsPortState } from '../../broker/agents/agentSettings.js';
import type { Disposable } from '../../base/clock.js';
import type { SignIns } from '../../broker/signIn/signIns.js';
import { accessScopes } from '../../mcp/consentTexts.js';
import { rotateAll, type ConnectionParts } from './agentConnection.js';
import type { EditorAgents } from '../adapters/editorAgents.js';
import { obstacleTexts } from './agentsPortTexts.js';
import { notifications, type Notifications } from '../adapters/notifications.js';
import { openSettings } from '../settings/serverSettings.js';
import { signInDeadline, type PersonalSignIn } from '../signIn/personalSignIn.js';

export interface AgentNoticeParts extends ConnectionParts {
  readonly agents: EditorAgents;
  readonly signIns: { readonly begin: SignIns['begin']; readonly running: SignIns['running'] };
  readonly personalSignIn: { readonly goThrough: PersonalSignIn['goThrough'] };
  /** Reports the address of a server whose tokens cannot be narrowed. */
  readonly onCannotNarrow: (listener: (serverUrl: string) => void) => Disposable;
}

/**
 * Notifies the user of the requests of agents and of problems with their port. A browser opens only if the
 * user selects a button.
 */
export class AgentNotices implements Disposable {
  readonly #subscriptions: readonly Disposable[];
  /** Servers for which the user has been notified that their tokens cannot be narrowed. */
  readonly #told = new Set<string>();

  constructor(
    private readonly parts: AgentNoticeParts,
    private readonly show: Notifications = notifications,
  ) {
    const { consents, port } = parts.agents;
    this.#subscriptions = [
      consents.onDidAsk((ask) => void this.#asked(ask)),
      port.onDidChange((state) => void this.portState(state)),
      parts.onCannotNarrow((serverUrl) => this.#cannotNarrow(serverUrl)),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Starts the sign-in in the browser after the user selected the button. */
  async grant(ask: AgentAsk): Promise<void> {
    const { signIns, personalSignIn, agents } = this.parts;
    // A sign-in that began with fewer scopes would not be sufficient.
    const running = signIns.running(ask.server, ask.request.forAgent);
    if (running?.phase === 'waitingForBrowser') running.cancel();
    const isAdmitted = () => agents.admissions.isAdmitted(ask.agent.id, ask.server.url);
    const request = { ...ask.request, isAdmitted, renews: true, deadline: signInDeadline } as const;
    await personalSignIn.goThrough(signIns.begin(ask.server, request));
  }

  /** Shows the problem with the port, if there is one. */
  async portState(state: AgentsPortState): Promise<void> {
    if (state.kind !== 'blocked') return;
    const { t } = vscode.l10n;
    const retry = t('Try Again');
    const change = t('Change Port');
    const rotate = t('Rotate Keys');
    const { message, hasHeardKeys } = obstacleTexts(state.port, state.why);
    const buttons = hasHeardKeys ? [retry, change, rotate] : [retry, change];
    const choice = await this.show.warning(
      `${message} ${t('Until then, agents can’t connect.')}`,
      ...buttons,
    );
    if (choice === retry) await this.parts.agents.port.look();
    else if (choice === rotate) await rotateAll(this.parts.agents, this.parts);
    else if (choice === change) {
      await openSettings('mcpOAuthBroker.agents.port');
    }
  }

  async #asked(ask: AgentAsk): Promise<void> {
    const { t } = vscode.l10n;
    const accept = ask.kind === 'signIn' ? t('Sign In') : t('Grant Access');
    const later = t('Not Now');
    const scopes = accessScopes(ask.scopes);
    const message = [
      ask.request.forAgent !== undefined
        ? t(
            'The agent {0} needs a sign-in of its own to {1}, for {2}: the authorization server doesn’t issue tokens with fewer scopes than you granted.',
            ask.agent.name,
            ask.server.name,
            ask.what,
          )
        : ask.kind === 'signIn'
          ? t('The agent {0} needs you to sign in to {1} for {2}.', ask.agent.name, ask.server.name, ask.what)
          : t('The agent {0} needs more access to {1} for {2}.', ask.agent.name, ask.server.name, ask.what),
      ...(scopes.length === 0 ? [] : [t('Scopes: {0}.', scopes.join(', '))]),
      t('The agent can retry after that.'),
    ].join(' ');
    const choice = await this.show.information(message, accept, later);
    if (choice === accept) await this.grant(ask);
    else if (choice === later) this.parts.agents.consents.decline(ask.id);
  }

  #cannotNarrow(serverUrl: string): void {
    if (this.#told.has(serverUrl)) return;
    this.#told.add(serverUrl);
    const { t } = vscode.l10n;
    const name = this.parts.servers().find(({ url }) => url === serverUrl)?.name ?? new URL(serverUrl).host;
    void this.show.warning(
      t(
        'The authorization server of {0} doesn’t issue tokens with fewer scopes than you granted, not even for an agent’s own sign-in. Agents call the server with all of these scopes; the tools you admitted them to limit what they can do.',
        name,
      ),
    );
  }
}
