import * as vscode from 'vscode';
import type { SignOutReceipt } from '../../broker/signIn/signOut.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { commandId } from '../adapters/commands.js';
import { notifications, type Notifications } from '../adapters/notifications.js';

interface SignOutReport {
  readonly message: string;
  readonly complete: boolean;
}

/**
 * Describes the result of a sign-out exactly as its receipt states it, and the account that is used instead.
 */
export function describeSignOut(server: ServerConfig, receipt: SignOutReceipt): SignOutReport {
  const { message, complete } = describeRevocation(server, receipt);
  const { t } = vscode.l10n;
  if (receipt.kind !== 'signedOut') return { message, complete };
  if (receipt.next !== undefined)
    return { message: `${message} ${t('Calls now act as {0}.', receipt.next)}`, complete };
  if (receipt.isIdle === true)
    return {
      message: `${message} ${t('Calls don’t use any of your other accounts until you choose one.')}`,
      complete,
    };
  return { message, complete };
}

function describeRevocation(server: ServerConfig, receipt: SignOutReceipt): SignOutReport {
  const { t } = vscode.l10n;
  if (receipt.kind === 'notSignedIn') {
    return { message: t('There was no sign-in to {0}.', server.name), complete: true };
  }
  if (receipt.kind === 'forgotten') {
    const whose =
      receipt.account === undefined ? receipt.provider : `${receipt.provider}, ${receipt.account}`;
    return {
      message: t(
        'Your account ({0}) is no longer used for {1}. You are still signed in to it in the editor, and its token stays valid. To sign out of it, use the Accounts menu.',
        whose,
        server.name,
      ),
      complete: true,
    };
  }
  const { host, revocation } = receipt;
  const who = receipt.account === undefined ? server.name : `${server.name} (${receipt.account})`;
  const outcomes = [revocation.refreshToken, revocation.accessToken].filter(
    (outcome) => outcome !== undefined,
  );
  if (outcomes.every((outcome) => outcome === 'revoked')) {
    return { message: t('Signed out of {0}, and revoked.', who), complete: true };
  }
  if (outcomes.includes('failed')) {
    const problem = revocation.problem === undefined ? '' : ` ${revocation.problem}`;
    return {
      message: t(
        'Signed out of {0} here, but some tokens couldn’t be revoked at {1}. They may stay valid there until they expire.{2}',
        who,
        host,
        problem,
      ),
      complete: false,
    };
  }
  if (revocation.refreshToken === 'revoked') {
    return {
      message: t(
        'Signed out of {0}. The refresh token is revoked at {1}; the deleted access token expires by itself.',
        who,
        host,
      ),
      complete: true,
    };
  }
  return {
    message: t(
      'Signed out of {0} here. {1} doesn’t support revocation: the deleted tokens stay valid there until they expire.',
      who,
      host,
    ),
    complete: false,
  };
}

/**
 * The approximate number of characters that fit in a notification without a button, which has only one line.
 */
const oneLine = 60;

export function showSignOut(
  server: ServerConfig,
  receipt: SignOutReceipt,
  show: {
    readonly information: Notifications['information'];
    readonly warning: Notifications['warning'];
  } = notifications,
): void {
  const { message, complete } = describeSignOut(server, receipt);
  const showLog = vscode.l10n.t('Show Log');
  const switchAccount = vscode.l10n.t('Switch Account…');
  const isIdle = receipt.kind === 'signedOut' && receipt.isIdle === true;
  const buttons = isIdle ? [switchAccount] : message.length > oneLine ? [showLog] : [];
  const shown = complete ? show.information(message, ...buttons) : show.warning(message, ...buttons);
  void shown.then((choice) => {
    if (choice === switchAccount)
      void vscode.commands.executeCommand(commandId('switchAccount'), server.name);
    if (choice === showLog) void vscode.commands.executeCommand(commandId('showLog'));
  });
}
