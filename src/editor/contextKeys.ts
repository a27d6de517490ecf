import * as vscode from 'vscode';
import type { Disposable } from '../broker/ports.js';
import type { ServerStatuses } from './serverStatuses.js';

/** What package.json asks of the state: a step of the walkthrough is done once somebody is signed in. */
export class ContextKeys implements Disposable {
  readonly #subscription: Disposable;
  #signedIn: boolean | undefined;

  constructor(private readonly statuses: Pick<ServerStatuses, 'all' | 'onDidChange'>) {
    // Storage that cannot be read now is read again at the next change.
    const refresh = () => void this.#refresh().catch(() => undefined);
    this.#subscription = statuses.onDidChange(refresh);
    refresh();
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #refresh(): Promise<void> {
    const signedIn = (await this.statuses.all()).some(({ status }) => status.signedIn);
    if (signedIn === this.#signedIn) return;
    this.#signedIn = signedIn;
    await vscode.commands.executeCommand('setContext', 'mcpOAuthBroker.signedIn', signedIn);
  }
}
