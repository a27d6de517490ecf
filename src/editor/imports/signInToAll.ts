import * as vscode from 'vscode';
import { checkServer, type CheckParts } from '../../broker/signIn/checkServer.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { SignInOutcome } from '../../broker/signIn/signIn.js';
import { Notifications, type NotificationWindow } from '../adapters/notifications.js';

export interface SignInToAllParts extends CheckParts {
  readonly personalSignIn: { signIn(server: ServerConfig): Promise<SignInOutcome> };
}

/** Signs in to several servers, one after the other. */
export class SignInToAll {
  readonly #notifications: Notifications;

  constructor(
    private readonly parts: SignInToAllParts,
    window: Partial<NotificationWindow> = vscode.window,
  ) {
    this.#notifications = new Notifications(window);
  }

  /**
   * Checks each server once.
   *
   * @returns the servers that need a sign-in, in the same order
   */
  async needed(servers: readonly ServerConfig[]): Promise<readonly ServerConfig[]> {
    const title = vscode.l10n.t('Asking which servers need a sign-in…');
    await this.#notifications.progress(title, async (_say, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      // The server's status shows a failed check.
      await Promise.allSettled(servers.map((server) => checkServer(server, this.parts, abort.signal)));
    });
    const statuses = await Promise.all(servers.map((server) => this.parts.states.statusOf(server)));
    return servers.filter((_server, place) =>
      ['signedOut', 'expired', 'denied'].includes(statuses[place]?.status ?? ''),
    );
  }

  /**
   * Signs in to the first server immediately. A browser that runs the editor lets a page open only after a
   * click, so each further sign-in waits for a click.
   */
  async run(servers: readonly ServerConfig[]): Promise<void> {
    for (const [place, server] of servers.entries()) {
      if (place > 0 && !(await this.#goesOn(server, place + 1, servers.length))) return;
      await this.parts.personalSignIn.signIn(server);
    }
  }

  async #goesOn({ name }: ServerConfig, place: number, of: number): Promise<boolean> {
    const { t } = vscode.l10n;
    const signIn = t('Sign In');
    const choice = await this.#notifications.information(
      t('Sign-in {0} of {1}: {2} is next.', place, of, name),
      signIn,
      t('Not Now'),
    );
    return choice === signIn;
  }
}
