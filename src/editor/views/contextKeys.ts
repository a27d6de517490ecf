import * as vscode from 'vscode';
import { hasAccounts, type ConsentStatusName } from '../../broker/status/consentStatus.js';
import type { Disposable } from '../../base/clock.js';
import type { PendingCallbacks } from '../../broker/callbacks/pendingCallbacks.js';
import type { EditorAgents } from '../adapters/editorAgents.js';
import type { EditorServerSettings } from '../settings/serverSettings.js';
import type { ServerStatuses } from './serverStatuses.js';

/**
 * The values for the conditions in package.json: of walkthrough steps, and of commands in the Command
 * Palette.
 */
export interface ContextValues {
  readonly hasServers: boolean;
  /** Whether the user is signed in to any server. */
  readonly signedIn: boolean;
  readonly awaitingConsent: boolean;
  /** Whether a sign-in of this window waits for its callback from the authorization server. */
  readonly awaitingCallback: boolean;
  readonly needsScopes: boolean;
  readonly hasDisabledServers: boolean;
  /** Whether the organization's identity provider is configured. */
  readonly hasIdentityProvider: boolean;
  readonly hasEndedAttempt: boolean;
  readonly hasAgents: boolean;
  readonly agentAsks: boolean;
  readonly agentsPortBlocked: boolean;
}

export interface ContextParts {
  readonly statuses: ServerStatuses;
  readonly settings: EditorServerSettings;
  readonly callbacks: PendingCallbacks;
  readonly agents: EditorAgents;
}

/**
 * Keeps the editor's context keys up to date. If a command runs before its key is updated, it reports that
 * there is nothing to do.
 */
export class ContextKeys implements Disposable {
  readonly #subscriptions: readonly Disposable[];
  readonly #set = new Map<string, boolean>();
  #turn = 0;

  constructor(
    private readonly parts: ContextParts,
    private readonly setContext = (key: string, value: boolean): Thenable<unknown> =>
      vscode.commands.executeCommand('setContext', key, value),
  ) {
    const { statuses, callbacks, agents } = parts;
    // Storage that cannot be read now is read again at the next change.
    const refresh = () => void this.#refresh().catch(() => undefined);
    this.#subscriptions = [
      // This event also reports changed settings.
      statuses.onDidChange(refresh),
      callbacks.onDidChange(refresh),
      agents.admissions.onDidChange(refresh),
      agents.consents.onDidChange(refresh),
      agents.port.onDidChange(refresh),
    ];
    refresh();
  }

  dispose(): void {
    this.#turn = Infinity;
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #refresh(): Promise<void> {
    const turn = ++this.#turn;
    const values = await contextValues(this.parts);
    // A later change has been read in the meantime, or the editor is closing.
    if (turn !== this.#turn) return;
    for (const [name, value] of Object.entries<boolean>({ ...values })) {
      if (this.#set.get(name) === value) continue;
      this.#set.set(name, value);
      void this.setContext(`mcpOAuthBroker.${name}`, value);
    }
  }
}

async function contextValues(parts: ContextParts): Promise<ContextValues> {
  const { statuses, settings, callbacks, agents } = parts;
  const [all, admitted] = await Promise.all([statuses.all(), agents.admissions.all()]);
  const some = (name: ConsentStatusName) => all.some(({ status }) => status.status === name);
  return {
    hasServers: all.length > 0,
    signedIn: all.some(({ status }) => hasAccounts(status)),
    awaitingConsent: some('awaitingConsent'),
    awaitingCallback: callbacks.states.length > 0,
    needsScopes: some('needsScopes'),
    hasEndedAttempt: all.some(({ status }) => status.lastAttempt !== undefined),
    hasDisabledServers: settings.disabled.length > 0,
    hasIdentityProvider: settings.identityProvider !== undefined,
    hasAgents: admitted.length > 0,
    agentAsks: agents.consents.pending.length > 0,
    agentsPortBlocked: agents.port.state.kind === 'blocked',
  };
}
