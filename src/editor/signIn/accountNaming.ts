import * as vscode from 'vscode';
import {
  accountNameFault,
  longestAccountName,
  type AccountNameFault,
} from '../../broker/accounts/accountNaming.js';
import { accountKeyOf, accountLabel, type Credential } from '../../broker/accounts/credential.js';
import {
  mayHaveServersName,
  otherNames,
  renameAccount,
  type RenameParts,
} from '../../broker/accounts/renameAccount.js';
import type { Disposable } from '../../base/clock.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { SignInAttempt } from '../../broker/signIn/signInAttempt.js';
import type { SignIns } from '../../broker/signIn/signIns.js';
import { notifications, type Notifications } from '../adapters/notifications.js';

export interface AccountNamingParts extends RenameParts {
  readonly signIns: SignIns;
}

/**
 * Asks for a name for an account that the server does not name. The account already has a default name. After
 * a sign-in that the user started, an input box is shown; after one that a call waits for, a notification,
 * which does not interrupt the call.
 */
export class AccountNaming implements Disposable {
  readonly #subscription: Disposable;
  /** Sign-ins whose account name is requested in an input box. */
  readonly #askedAtOnce = new WeakSet<SignInAttempt>();

  constructor(
    private readonly parts: AccountNamingParts,
    private readonly notices: Notifications = notifications,
  ) {
    this.#subscription = parts.signIns.onDidSignIn(({ attempt, credential, hasDefaultName }) => {
      if (hasDefaultName === true && !this.#askedAtOnce.has(attempt))
        void this.#offer(attempt.server, credential);
    });
  }

  /**
   * Announces that {@link ask} will be called, so that no notification is shown. It must be called before the
   * sign-in ends.
   */
  expect(attempt: SignInAttempt): void {
    this.#askedAtOnce.add(attempt);
  }

  /**
   * @returns the credential with the name that the user chose, or with the default name if the user closed
   *   the box
   */
  async ask(server: ServerConfig, credential: Credential): Promise<Credential> {
    const { t } = vscode.l10n;
    const prompt = t('{0} doesn’t provide an account name. Enter a name for this account.', server.name);
    const name = await this.#input(server, credential, t('Name your account'), prompt);
    return name === undefined ? credential : { ...credential, name };
  }

  async rename(server: ServerConfig, credential: Credential): Promise<void> {
    const { t } = vscode.l10n;
    const prompt = mayHaveServersName(credential)
      ? t(
          'The name is shown in this editor only. Leave it empty to use the server’s own: {0}',
          credential.account?.label ?? '',
        )
      : t('The name is shown in this editor only.');
    await this.#input(server, credential, t('Rename {0}', accountLabel(credential)), prompt);
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #offer(server: ServerConfig, credential: Credential): Promise<void> {
    const { t } = vscode.l10n;
    const rename = t('Rename…');
    const message = t(
      '{0} doesn’t provide an account name. The account is named “{1}” here.',
      server.name,
      accountLabel(credential),
    );
    if ((await this.notices.information(message, rename)) === rename) await this.rename(server, credential);
  }

  /** @returns the new name; undefined if the account keeps its name */
  async #input(
    server: ServerConfig,
    credential: Credential,
    title: string,
    prompt: string,
  ): Promise<string | undefined> {
    const key = accountKeyOf(credential);
    const before = accountLabel(credential);
    const others = otherNames(await this.parts.credentials.all(server.url), key);
    const mayBeEmpty = mayHaveServersName(credential);
    const typed = await this.notices.input({
      title: `${title} – ${server.name}`,
      prompt,
      value: before,
      ignoreFocusOut: true,
      validateInput: (text) => {
        const fault = accountNameFault(text, others);
        return fault === undefined || (fault === 'empty' && mayBeEmpty) ? undefined : faultText(fault);
      },
    });
    if (typed === undefined || typed === before) return undefined;
    const fault = await renameAccount(this.parts, server.url, key, typed);
    if (fault === undefined) return typed;
    const { t } = vscode.l10n;
    const why = fault === 'signedOut' ? t('It is signed out.') : faultText(fault);
    void this.notices.warning(t('The account is still called “{0}”. {1}', before, why));
    return undefined;
  }
}

/** Returns why a text cannot be an account's name. */
function faultText(fault: AccountNameFault): string {
  const { t } = vscode.l10n;
  switch (fault) {
    case 'empty':
      return t('Enter a name.');
    case 'tooLong':
      return t('Enter at most {0} characters.', longestAccountName);
    case 'invisible':
      return t('Remove the control or invisible characters.');
    case 'taken':
      return t('Another account of this server already has this name. Enter a different name.');
  }
}
