import * as vscode from 'vscode';
import type { EditorAccounts, EditorSession } from '../../broker/ports.js';
import type { SignInAttempt } from '../../broker/signIn/signInAttempt.js';
import type { SignInOutcome } from '../../broker/signIn/signIn.js';
import type { Account } from '../../oauth/accountName.js';
import { Redacted } from '../../base/redacted.js';
import { notifications } from '../adapters/notifications.js';

/** The part of the editor's authentication API that is used. */
export interface EditorAuthentication {
  readonly getSession: typeof vscode.authentication.getSession;
}

/**
 * The accounts in the editor's own Accounts menu. The editor asks the user once for each extension and
 * account whether it may be used.
 */
export class OwnAccounts implements EditorAccounts {
  constructor(private readonly authentication: EditorAuthentication = vscode.authentication) {}

  async existingSession(
    providerId: string,
    scopes: readonly string[],
    account: Account,
  ): Promise<EditorSession | undefined> {
    try {
      const options = { silent: true, account: { id: account.id, label: account.label } };
      return sessionOf(await this.authentication.getSession(providerId, [...scopes], options));
    } catch {
      // If the provider is missing or fails, the result is the same as without a session.
      return undefined;
    }
  }

  async askedSession(
    providerId: string,
    scopes: readonly string[],
    { server, anew }: { readonly server: string; readonly anew: boolean },
  ): Promise<EditorSession | undefined> {
    const detail = vscode.l10n.t(
      'Its token will be sent to the MCP server “{0}”, as configured in its settings.',
      server,
    );
    try {
      return sessionOf(
        await (anew
          ? this.authentication.getSession(providerId, [...scopes], { forceNewSession: { detail } })
          : this.authentication.getSession(providerId, [...scopes], {
              createIfNone: { detail },
              // The editor asks for each server which of several accounts to use.
              clearSessionPreference: true,
            })),
      );
    } catch {
      // A refusal, a closed dialog and a missing provider differ only in the editor's error message.
      return undefined;
    }
  }
}

function sessionOf(session: vscode.AuthenticationSession | undefined): EditorSession | undefined {
  if (session === undefined) return undefined;
  const { id, label } = session.account;
  return {
    accessToken: new Redacted(session.accessToken),
    account: { id, label },
    scopes: [...session.scopes],
  };
}

/** Runs one sign-in through the editor's own question. Cancelling the notification cancels the attempt. */
export function signInWithEditorAccount(attempt: SignInAttempt): Promise<SignInOutcome> {
  const title = vscode.l10n.t('Signing in to {0}', attempt.server.name);
  return notifications.progress(title, async (say, token) => {
    const cancelled = token.onCancellationRequested(() => attempt.cancel());
    try {
      say(vscode.l10n.t('with your {0} account…', attempt.server.oauth.authenticationProvider ?? ''));
      void attempt.useEditorAccount();
      return await attempt.outcome;
    } finally {
      cancelled.dispose();
    }
  });
}
