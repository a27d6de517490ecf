import * as vscode from 'vscode';
import type { Clock, LaunchPage } from '../broker/ports.js';
import type { SignInAttempt } from '../broker/signIn/signInAttempt.js';
import type { SignInOutcome, SignInPhase } from '../broker/signIn/signInOutcome.js';
import { OAuthFlowError } from '../oauth/oauthFlowError.js';
import { addressToOpen, externalAddress } from './externalAddress.js';
import { notifications } from './notifications.js';

/** How long a browser may take to come before the person is offered other ways, in milliseconds. */
const browserPatience = 3_000;

/**
 * Takes one sign-in through the person's browser: opens its launch page, says in words what is waited for,
 * and ends with the attempt. Cancelling the notification cancels the attempt.
 */
export class BrowserLauncher {
  constructor(
    private readonly clock: Clock,
    private readonly openExternal: (address: vscode.Uri) => Thenable<boolean> = vscode.env.openExternal,
    private readonly ask: typeof askForOtherWay = askForOtherWay,
    private readonly clipboard: Pick<vscode.Clipboard, 'writeText'> = vscode.env.clipboard,
  ) {}

  signIn(attempt: SignInAttempt): Promise<SignInOutcome> {
    const title = vscode.l10n.t('Signing in to {0}', attempt.server.name);
    return notifications.progress(title, async (report, token) => {
      const say = (phase: SignInPhase) => report(phaseWords(attempt, phase));
      const subscriptions = [
        attempt.onDidChangePhase(say),
        token.onCancellationRequested(() => attempt.cancel()),
      ];
      try {
        say(attempt.phase);
        await this.#open(attempt);
        return await attempt.outcome;
      } finally {
        for (const subscription of subscriptions) subscription.dispose();
      }
    });
  }

  async #open(attempt: SignInAttempt): Promise<void> {
    let page: LaunchPage;
    try {
      page = await attempt.launchPage();
    } catch {
      const message = vscode.l10n.t('No page could be opened for your browser on this machine.');
      attempt.fail(new OAuthFlowError('unexpected', message));
      return;
    }
    const patience = this.clock.after(browserPatience, () => void this.#offerOtherWays(attempt, page));
    void page.visited.then(() => patience.dispose());
    void attempt.outcome.then(() => patience.dispose());
    await this.#send(page);
  }

  /** The editor's answer says nothing: it reports success for a window that a popup blocker stopped. */
  async #send(page: LaunchPage): Promise<void> {
    const address = await addressToOpen(page.address);
    await this.openExternal(address).then(undefined, () => undefined);
  }

  async #offerOtherWays(attempt: SignInAttempt, page: LaunchPage): Promise<void> {
    switch (await this.ask(attempt.server.name)) {
      case 'open':
        return this.#send(page);
      case 'copyLink':
        return this.clipboard.writeText((await externalAddress(page.address)).toString(true));
      case undefined:
    }
  }
}

/** @returns undefined where the person closed it, or has come meanwhile */
async function askForOtherWay(server: string): Promise<'open' | 'copyLink' | undefined> {
  const open = vscode.l10n.t('Open');
  const copyLink = vscode.l10n.t('Copy Link');
  const message = vscode.l10n.t(
    'Your browser has not come to sign in to {0}. A popup blocker may have stopped it.',
    server,
  );
  const choice = await notifications.information(message, open, copyLink);
  if (choice === open) return 'open';
  return choice === copyLink ? 'copyLink' : undefined;
}

function phaseWords({ server }: SignInAttempt, phase: SignInPhase): string {
  switch (phase) {
    case 'waitingForBrowser':
      return vscode.l10n.t('Waiting for your browser…');
    case 'preparing':
      return vscode.l10n.t('Asking {0} how to sign in…', new URL(server.url).host);
    case 'waitingForConsent':
      return vscode.l10n.t('Waiting for you in the browser…');
    case 'exchangingCode':
      return vscode.l10n.t('Exchanging the code…');
  }
}
