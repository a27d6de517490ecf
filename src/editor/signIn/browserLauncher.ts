import * as vscode from 'vscode';
import type { Clock, Disposable } from '../../base/clock.js';
import type { LaunchPage } from '../../broker/ports.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { CardBrowser } from '../../broker/signIn/consentPrompt.js';
import type { PendingCallbacks } from '../../broker/callbacks/pendingCallbacks.js';
import type { SignInAttempt } from '../../broker/signIn/signInAttempt.js';
import type { SignInOutcome, SignInPhase } from '../../broker/signIn/signIn.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { CallbackPaste } from './callbackPaste.js';
import { codeDeadline, showCodeOf, useCode, type Say } from './deviceCode.js';
import type { EditorPlace } from '../adapters/editorPlace.js';
import { notifications, type ClipboardWriter } from '../adapters/notifications.js';
import { askForOtherWay, waysBack, type OtherWay } from './otherWays.js';
import { outsideAddresses, type OutsideAddresses } from '../adapters/outsideAddress.js';
import { usesEditorAccount } from '../../broker/settings/grant.js';

export interface BrowserParts {
  readonly clock: Clock;
  readonly outside: { readonly of: OutsideAddresses['of'] };
  /** Has the user paste the address that the browser came back to. */
  readonly paste: (attempt: SignInAttempt) => Promise<void>;
  /** Begins another sign-in the chosen way; for a choice that comes when the sign-in has ended. */
  readonly begin: (server: ServerConfig, way: OtherWay) => Promise<unknown>;
  readonly openExternal?: (address: vscode.Uri) => Thenable<boolean>;
  readonly ask?: typeof askForOtherWay;
  readonly clipboard?: ClipboardWriter;
}

/**
 * Takes sign-ins through the user's browser: opens the launch page, or watches what the button of a chat card opened,
 * and offers other ways by name if the browser does not come, or does not come back.
 */
export class BrowserLauncher implements CardBrowser {
  readonly #watch: BrowserWatch;

  constructor(private readonly parts: BrowserParts) {
    this.#watch = new BrowserWatch(parts.clock);
  }

  /**
   * Says what is waited for, and ends with the attempt. Cancelling the notification cancels the attempt.
   *
   * @param way how the browser gets the address
   * @param account the label of the account that is wanted, for the user to choose in the browser
   */
  signIn(attempt: SignInAttempt, way: OtherWay = 'open', account?: string): Promise<SignInOutcome> {
    const { t } = vscode.l10n;
    const { name } = attempt.server;
    const title =
      account === undefined ? t('Signing in to {0}', name) : t('Signing in to {0} as {1}', name, account);
    return notifications.progress(title, async (say, token) => {
      const sayPhase = (phase: SignInPhase) => say(phaseTexts(attempt, phase));
      const subscriptions = [
        attempt.onDidChangePhase(sayPhase),
        token.onCancellationRequested(() => attempt.cancel()),
      ];
      try {
        sayPhase(attempt.phase);
        this.#watch.awaitReturn(attempt, () => this.#offerWaysBack(attempt, say));
        await this.#begin(attempt, way, say);
        return await attempt.outcome;
      } finally {
        for (const subscription of subscriptions) subscription.dispose();
      }
    });
  }

  async outsideAddress(address: string): Promise<string> {
    return (await this.parts.outside.of(address)).address;
  }

  opened(attempt: SignInAttempt, page: LaunchPage): void {
    this.#watch.awaitVisit(attempt, page, () => this.#offerWaysThere(attempt, page));
    this.#watch.awaitReturn(attempt, () => this.#offerWaysBack(attempt));
  }

  async #begin(attempt: SignInAttempt, way: OtherWay, say: Say): Promise<void> {
    if (way === 'code') return this.#go(attempt, way, undefined, say);
    let page: LaunchPage;
    try {
      page = await attempt.launchPage();
    } catch {
      const message = vscode.l10n.t('The sign-in page couldn’t be opened on this machine.');
      attempt.fail(new OAuthFlowError('unexpected', message));
      return;
    }
    if (way === 'copyLink') return this.#go(attempt, way, page, say);
    this.#watch.awaitVisit(attempt, page, () => this.#offerWaysThere(attempt, page, say));
    await this.#send(page);
    if (way === 'paste') void this.#pasteOnceExpected(attempt);
  }

  /**
   * The editor's answer says nothing: it reports success for a window that a popup blocker stopped. A web window is given
   * the address as it is outside, because code-server before 4.138 maps the port of a loopback address and drops its path
   * (`resolveExternalUri` in its `src/vs/code/browser/workbench/workbench.ts`); it opens its own host's as they are.
   */
  async #send(page: LaunchPage): Promise<void> {
    const { openExternal = vscode.env.openExternal } = this.parts;
    const isWeb = vscode.env.uiKind === vscode.UIKind.Web;
    const address = isWeb ? await this.outsideAddress(page.address) : page.address;
    await openExternal(vscode.Uri.parse(address, true)).then(undefined, () => undefined);
  }

  async #offerWaysThere(attempt: SignInAttempt, page: LaunchPage, say?: Say): Promise<void> {
    const { obstacle } = await this.parts.outside.of(page.address);
    // A page that cannot be reached is worth another attempt, but only a code needs no page.
    const offersCode = obstacle !== undefined && (await attempt.offersCode());
    if (this.#watch.hasVisited(page)) return;
    const ways: readonly OtherWay[] = ['open', 'copyLink', ...(offersCode ? (['code'] as const) : [])];
    const what = vscode.l10n.t('The sign-in page of {0} hasn’t opened in your browser.', attempt.server.name);
    const why = obstacle ?? popupBlocker();
    await this.#offer(attempt, why === undefined ? what : `${what} ${why}`, ways, page, say);
  }

  async #offerWaysBack(attempt: SignInAttempt, say?: Say): Promise<void> {
    const ways = waysBack(await attempt.offersCode());
    const { t } = vscode.l10n;
    const { name } = attempt.server;
    const message =
      attempt.redirect?.isOutOfReach === true
        ? t(
            'Your browser can’t return from signing in to {0}, because it runs on another machine. Sign in there, then paste the address of the page that doesn’t load.',
            name,
          )
        : t(
            'Your browser hasn’t returned from signing in to {0}. If it shows an error or an empty page, paste the address of that page, or choose another way.',
            name,
          );
    await this.#offer(attempt, message, ways, undefined, say);
  }

  async #offer(
    attempt: SignInAttempt,
    message: string,
    ways: readonly OtherWay[],
    page?: LaunchPage,
    say?: Say,
  ): Promise<void> {
    if (attempt.hasEnded) return;
    const way = await (this.parts.ask ?? askForOtherWay)(message, ways);
    if (way !== undefined) await this.#take(attempt, way, page, say);
  }

  /** A notification cannot be taken back: its buttons outlive the sign-in. */
  async #take(attempt: SignInAttempt, way: OtherWay, page?: LaunchPage, say?: Say): Promise<void> {
    if (!attempt.hasEnded) await this.#go(attempt, way, page, say);
    else if ((await attempt.outcome).kind !== 'signedIn') await this.parts.begin(attempt.server, way);
  }

  /**
   * @param page the one to open, unless a browser has come to it meanwhile; a new one if absent
   * @param say shows the user how far the sign-in is; absent for one that a call began, which the chat shows
   */
  async #go(attempt: SignInAttempt, way: OtherWay, page?: LaunchPage, say?: Say): Promise<void> {
    const unused = async () =>
      page === undefined || this.#watch.hasVisited(page) ? attempt.launchPage() : page;
    switch (way) {
      case 'open':
      case 'openAgain':
        return this.#send(await unused());
      case 'copyLink': {
        const { clipboard = vscode.env.clipboard } = this.parts;
        await clipboard.writeText(await this.outsideAddress((await unused()).address));
        say?.(vscode.l10n.t('Link copied. Open it in your browser.'));
        return;
      }
      case 'paste':
        return this.#pasteOnceExpected(attempt);
      case 'code':
        this.#watch.stopAwaitingReturn(attempt);
        if (say === undefined) {
          void showCodeOf(attempt);
          return;
        }
        // A call that waits has a limit of its own; a sign-in begun here has none but this one.
        attempt.prolong(codeDeadline);
        return useCode(attempt, say);
    }
  }

  /** There is nothing to paste before the browser has been sent to the authorization server. */
  async #pasteOnceExpected(attempt: SignInAttempt): Promise<void> {
    if (attempt.phase !== 'waitingForConsent') {
      const sent = Promise.withResolvers<void>();
      const phases = attempt.onDidChangePhase((phase) => {
        if (phase === 'waitingForConsent') sent.resolve();
      });
      await Promise.race([sent.promise, attempt.outcome]);
      phases.dispose();
    }
    if (!attempt.hasEnded) await this.parts.paste(attempt);
  }
}

/** @param parts a function, because they are built after what opens browsers for them */
export function editorBrowser(
  place: EditorPlace,
  clock: Clock,
  parts: () => {
    readonly callbacks: PendingCallbacks;
    readonly personalSignIn: { signIn(server: ServerConfig, way: OtherWay): Promise<unknown> };
  },
): BrowserLauncher {
  return new BrowserLauncher({
    clock,
    outside: outsideAddresses(place, clock),
    paste: ({ outcome }) => new CallbackPaste(parts().callbacks).ask(outcome),
    begin: (server, way) => parts().personalSignIn.signIn(server, way),
  });
}

/** Only a browser that shows the editor blocks the windows it opens. */
function popupBlocker(): string | undefined {
  if (vscode.env.uiKind !== vscode.UIKind.Web) return undefined;
  return vscode.l10n.t('A pop-up blocker may have blocked it.');
}

function phaseTexts({ server }: SignInAttempt, phase: SignInPhase): string {
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

/** How long a browser may take to come before the user is offered other ways, in milliseconds. */
const visitPatience = 3_000;
/** How long it may then stay at the authorization server, for a password and a second factor, in milliseconds. */
const returnPatience = 60_000;

/** Notices browsers that do not come to a launch page, or do not come back from the authorization server. */
export class BrowserWatch {
  readonly #visited = new WeakSet<LaunchPage>();
  readonly #returns = new WeakMap<SignInAttempt, Disposable>();

  constructor(private readonly clock: Clock) {}

  hasVisited(page: LaunchPage): boolean {
    return this.#visited.has(page);
  }

  /** @param onMissing called once, if no browser comes while the sign-in waits */
  awaitVisit(attempt: SignInAttempt, page: LaunchPage, onMissing: () => Promise<void>): void {
    const timer = this.clock.after(visitPatience, () => void onMissing());
    void page.visited.then(() => {
      this.#visited.add(page);
      timer.dispose();
    });
    void attempt.outcome.then(() => timer.dispose());
  }

  /** @param onMissing called once for a sign-in, if its browser stays away after it was sent on */
  awaitReturn(attempt: SignInAttempt, onMissing: () => Promise<void>): void {
    // There the browser is sent nowhere: the editor asks the user itself.
    if (usesEditorAccount(attempt.server) || this.#returns.has(attempt)) return;
    let timer: Disposable | undefined;
    const missing = () => {
      watch.dispose();
      void onMissing();
    };
    const follow = (phase: SignInPhase) => {
      timer?.dispose();
      if (phase !== 'waitingForConsent') return;
      // If it is sent back to another machine than its own, there is nothing to wait for.
      const cannotReturn = attempt.redirect?.isOutOfReach === true;
      timer = this.clock.after(cannotReturn ? 0 : returnPatience, missing);
    };
    const phases = attempt.onDidChangePhase(follow);
    const watch = {
      dispose: () => {
        phases.dispose();
        timer?.dispose();
      },
    };
    this.#returns.set(attempt, watch);
    follow(attempt.phase);
    void attempt.outcome.then(() => watch.dispose());
  }

  /** For a sign-in that goes on without a browser here. */
  stopAwaitingReturn(attempt: SignInAttempt): void {
    this.#returns.get(attempt)?.dispose();
  }
}
