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
  /** Asks the user to paste the address that the browser was redirected to. */
  readonly paste: (attempt: SignInAttempt) => Promise<void>;
  /** Starts another sign-in in the chosen way, if the earlier one has ended by then. */
  readonly begin: (server: ServerConfig, way: OtherWay) => Promise<unknown>;
  readonly openExternal?: (address: vscode.Uri) => Thenable<boolean>;
  readonly ask?: typeof askForOtherWay;
  readonly clipboard?: ClipboardWriter;
}

/**
 * Runs sign-ins in the user's browser. It opens the launch page, or watches the page that a card's button opened. If
 * the browser does not open the page or does not return, it offers other ways to sign in.
 */
export class BrowserLauncher implements CardBrowser {
  readonly #watch: BrowserWatch;

  constructor(private readonly parts: BrowserParts) {
    this.#watch = new BrowserWatch(parts.clock);
  }

  /**
   * Shows the progress, and returns when the attempt ends. Cancelling the notification cancels the attempt.
   *
   * @param way how the browser gets the address
   * @param account the label of the requested account, which the user must choose in the browser
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
   * Opens the page. The editor's result is ignored, because it reports success even if a popup blocker stopped the
   * window. In a web editor, the resolved address is opened, because code-server before 4.138 maps the port of a
   * loopback address but drops its path (`resolveExternalUri` in its `src/vs/code/browser/workbench/workbench.ts`);
   * it opens addresses of its own host unchanged.
   */
  async #send(page: LaunchPage): Promise<void> {
    const { openExternal = vscode.env.openExternal } = this.parts;
    const isWeb = vscode.env.uiKind === vscode.UIKind.Web;
    const address = isWeb ? await this.outsideAddress(page.address) : page.address;
    await openExternal(vscode.Uri.parse(address, true)).then(undefined, () => undefined);
  }

  async #offerWaysThere(attempt: SignInAttempt, page: LaunchPage, say?: Say): Promise<void> {
    const { obstacle } = await this.parts.outside.of(page.address);
    // Opening an unreachable page is still worth an attempt, because only a code needs no page.
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

  /** Continues in the way that the user chose. Buttons of a notification may be selected after the sign-in has ended. */
  async #take(attempt: SignInAttempt, way: OtherWay, page?: LaunchPage, say?: Say): Promise<void> {
    if (!attempt.hasEnded) await this.#go(attempt, way, page, say);
    else if ((await attempt.outcome).kind !== 'signedIn') await this.parts.begin(attempt.server, way);
  }

  /**
   * @param page the page to open, unless a browser has opened it in the meantime; a new one if absent
   * @param say shows the progress; absent for a sign-in that a call started, whose progress the chat shows
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
        // A call that waits has its own limit, but a sign-in that the user started has only this one.
        attempt.prolong(codeDeadline);
        return useCode(attempt, say);
    }
  }

  /** Asks for the address only after the browser has been sent to the authorization server. */
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

/** @param parts a function, because the parts are created after this launcher */
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

/** Returns a note about popup blockers, which only concern an editor that runs in a browser. */
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

/** How long to wait for the browser to open the page before offering other ways, in milliseconds. */
const visitPatience = 3_000;
/** How long to wait for the browser to return, in milliseconds: long enough for a password and a second factor. */
const returnPatience = 60_000;

/** Notices that the browser does not open a launch page, or does not return from the authorization server. */
export class BrowserWatch {
  readonly #visited = new WeakSet<LaunchPage>();
  readonly #returns = new WeakMap<SignInAttempt, Disposable>();

  constructor(private readonly clock: Clock) {}

  hasVisited(page: LaunchPage): boolean {
    return this.#visited.has(page);
  }

  /** @param onMissing called once, if no browser opens the page while the sign-in waits */
  awaitVisit(attempt: SignInAttempt, page: LaunchPage, onMissing: () => Promise<void>): void {
    const timer = this.clock.after(visitPatience, () => void onMissing());
    void page.visited.then(() => {
      this.#visited.add(page);
      timer.dispose();
    });
    void attempt.outcome.then(() => timer.dispose());
  }

  /** @param onMissing called once for each sign-in, if its browser does not return from the authorization server */
  awaitReturn(attempt: SignInAttempt, onMissing: () => Promise<void>): void {
    // With an account of the editor, there is no redirect: the editor asks the user itself.
    if (usesEditorAccount(attempt.server) || this.#returns.has(attempt)) return;
    let timer: Disposable | undefined;
    const missing = () => {
      watch.dispose();
      void onMissing();
    };
    const follow = (phase: SignInPhase) => {
      timer?.dispose();
      if (phase !== 'waitingForConsent') return;
      // If the browser is redirected to another machine, it cannot return here.
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

  /** Stops waiting, if the sign-in continues without a browser here. */
  stopAwaitingReturn(attempt: SignInAttempt): void {
    this.#returns.get(attempt)?.dispose();
  }
}
