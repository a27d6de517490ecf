import { defined } from '../../base/defined.js';
import * as vscode from 'vscode';
import type { AccountAnswer } from '../../broker/accounts/accountChoice.js';
import { accountLabel, type Credential } from '../../broker/accounts/credential.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { ServerStates } from '../../broker/status/serverStates.js';
import type { SignInAttempt } from '../../broker/signIn/signInAttempt.js';
import type { SignInOutcome, SignInRequest } from '../../broker/signIn/signIn.js';
import type { SignIns } from '../../broker/signIn/signIns.js';
import type { AccountNaming } from './accountNaming.js';
import type { BrowserLauncher } from './browserLauncher.js';
import { codeDeadline, showCodeOf } from './deviceCode.js';
import { signInWithEditorAccount } from './editorAccounts.js';
import { notifications } from '../adapters/notifications.js';
import type { OtherWay } from './otherWays.js';
import { accountKeyIn, isSignInOf, labelWithoutServer } from './sessionAccount.js';
import { showSignInReport } from './signInReport.js';
import { usesEditorAccount, directGrantOf, noSignInAt } from '../../broker/settings/grant.js';
import { commandId } from '../adapters/commands.js';

/**
 * The time limit of a sign-in that the user started in the editor, in milliseconds: the longest lifetime of
 * its launch page, and long enough for a password and a second factor. After it, the user can start again
 * without losing anything.
 */
export const signInDeadline = 120_000;

/**
 * Runs the sign-ins that a user starts in the editor: from the Command Palette, the tree, the Accounts menu,
 * or notifications.
 */
export class PersonalSignIn {
  constructor(
    private readonly signIns: SignIns,
    private readonly states: ServerStates,
    private readonly browser: BrowserLauncher,
    private readonly naming?: AccountNaming,
  ) {}

  /**
   * Starts a sign-in, or joins the one in progress, and reports the outcome to the user.
   *
   * @param way how the browser gets the address, or how to sign in without it
   */
  async signIn(server: ServerConfig, way: OtherWay = 'open'): Promise<SignInOutcome> {
    if (way === 'code') return this.signInWithCode(server);
    const { status, signedIn, held, missing } = await this.states.statusOf(server);
    const request: SignInRequest = defined({
      deadline: signInDeadline,
      renews: status === 'expired' || status === 'needsScopes' ? true : undefined,
      scopes: signedIn && missing.length > 0 ? [...new Set([...held, ...missing])] : undefined,
    });
    return this.goThrough(this.signIns.begin(server, request), way);
  }

  /** Starts a sign-in that requests these scopes in addition to the granted ones. */
  async signInFor(server: ServerConfig, missing: readonly string[]): Promise<SignInOutcome> {
    const { held } = await this.states.statusOf(server);
    const scopes = [...new Set([...held, ...missing])];
    return this.goThrough(this.signIns.begin(server, { deadline: signInDeadline, scopes, renews: true }));
  }

  /** Starts a sign-in that requests exactly these scopes, and replaces one in progress. */
  async signInWithScopes(server: ServerConfig, scopes: readonly string[]): Promise<SignInOutcome> {
    this.cancel(server);
    const request: SignInRequest = { deadline: signInDeadline, scopes, isExact: true, renews: true };
    return this.goThrough(this.signIns.begin(server, request));
  }

  /** Runs an attempt in the browser or in the editor's own dialog; the caller reports the outcome. */
  inBrowser(attempt: SignInAttempt, way?: OtherWay, account?: string): Promise<SignInOutcome> {
    // No browser is opened for an attempt that has ended.
    if (attempt.hasEnded) return attempt.outcome;
    if (usesEditorAccount(attempt.server)) return signInWithEditorAccount(attempt);
    return this.browser.signIn(attempt, way, account);
  }

  /** Starts a sign-in with an account that is not signed in yet, and replaces one in progress. */
  async signInAsAnother(server: ServerConfig): Promise<SignInOutcome> {
    this.cancel(server);
    return this.goThrough(this.signIns.begin(server, { deadline: signInDeadline, anotherAccount: true }));
  }

  /**
   * Starts a sign-in to an account that an extension requested, which need not be signed in, and replaces one
   * in progress for another account. If the workspace already uses an account, that does not change.
   */
  async signInAs(
    server: ServerConfig,
    asked: vscode.AuthenticationSessionAccountInformation,
    way?: OtherWay,
  ): Promise<SignInOutcome> {
    const account = accountKeyIn(asked);
    if (this.signIns.running(server)?.request.account !== account) this.cancel(server);
    const attempt = this.signIns.begin(
      server,
      defined({
        deadline: signInDeadline,
        account,
        choosesAccount: true,
      }),
    );
    this.naming?.expect(attempt);
    const outcome = await this.inBrowser(attempt, way, labelWithoutServer(asked, server));
    const again = (next?: OtherWay) => this.signInAs(server, asked, next);
    if (outcome.kind === 'signedIn' && !isSignInOf(asked, server, outcome.credential))
      void reportOtherAccount(otherAccountSignedIn(server, asked, outcome.credential), again);
    else void this.#report(attempt, outcome, 'openAgain', again);
    return outcome;
  }

  /** Runs an attempt that another part started in the browser. */
  async goThrough(attempt: SignInAttempt, way?: OtherWay): Promise<SignInOutcome> {
    this.naming?.expect(attempt);
    const outcome = await this.inBrowser(attempt, way);
    void this.#report(attempt, outcome, 'openAgain', (next) => this.signIn(attempt.server, next));
    return outcome;
  }

  /**
   * Starts a sign-in with a code that the user enters in a browser on any device, if no browser here can be
   * used.
   */
  async signInWithCode(server: ServerConfig): Promise<SignInOutcome> {
    this.signIns.running(server)?.cancel();
    const attempt = this.signIns.begin(server, { deadline: codeDeadline });
    this.naming?.expect(attempt);
    const outcome = await showCodeOf(attempt);
    void this.#report(attempt, outcome, 'code', (next) => this.signIn(server, next));
    return outcome;
  }

  cancel(server: ServerConfig): void {
    this.signIns.running(server)?.cancel();
  }

  /**
   * Reports the outcome. It first asks for the account's name, which the report contains; the caller of the
   * sign-in waits for neither.
   */
  async #report(
    attempt: SignInAttempt,
    outcome: SignInOutcome,
    way: 'openAgain' | 'code',
    again: (way: OtherWay) => Promise<unknown>,
  ): Promise<void> {
    const asks = outcome.kind === 'signedIn' && outcome.hasDefaultName === true && this.naming !== undefined;
    const shown = asks
      ? { ...outcome, credential: await this.naming.ask(attempt.server, outcome.credential) }
      : outcome;
    await showSignInReport(attempt, shown, way, again);
  }
}

/** Describes that a sign-in ended with a different account than an extension requested. */
export function otherAccountSignedIn(
  server: ServerConfig,
  asked: vscode.AuthenticationSessionAccountInformation,
  signedIn: Credential,
): string {
  return vscode.l10n.t(
    'An extension asked you to sign in to {0} as {1}, but you signed in as {2}. The extension didn’t get access.',
    server.name,
    labelWithoutServer(asked, server),
    accountLabel(signedIn),
  );
}

async function reportOtherAccount(message: string, again: () => Promise<unknown>): Promise<void> {
  const tryAgain = vscode.l10n.t('Try Again');
  if ((await notifications.warning(message, tryAgain)) === tryAgain) await again();
}

/**
 * Asks which account this workspace uses after a sign-in ended with a different account than it was started
 * for.
 */
export async function confirmAccountChange(
  server: ServerConfig,
  from: string,
  to: string,
): Promise<AccountAnswer> {
  const { t } = vscode.l10n;
  const use = t('Use {0} Here', to);
  const keep = t('Keep {0}', from);
  const choice = await notifications.modal(
    t('The browser signed in to {0} as {1}.', server.name, to),
    t(
      'The previous account was {0}. Calls from this workspace act as the account you choose, and the other one stays signed in. Cancel changes nothing.',
      from,
    ),
    use,
    keep,
  );
  if (choice === use) return 'new';
  return choice === keep ? 'present' : 'neither';
}

/**
 * Handles a request to sign in to a server that has no separate sign-in: if the server accepts the identity
 * provider's assertions, the user signs in there; if the client calls with its own identity, a check shows
 * whether that works.
 *
 * @returns whether it was such a server
 */
export async function insteadOfSignIn(server: ServerConfig): Promise<boolean> {
  if (noSignInAt(server) === undefined) return false;
  if (directGrantOf(server) === 'enterpriseManaged')
    await vscode.commands.executeCommand(commandId('signInToIdentityProvider'));
  else await vscode.commands.executeCommand(commandId('checkServer'), server.name);
  return true;
}
