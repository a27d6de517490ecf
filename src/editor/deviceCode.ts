import * as vscode from 'vscode';
import type { SignInAttempt } from '../broker/signIn/signInAttempt.js';
import type { SignInOutcome } from '../broker/signIn/signInOutcome.js';
import type { DeviceAuthorization } from '../oauth/deviceAuthorization.js';
import { notifications } from './notifications.js';

/**
 * Takes one sign-in through a code (RFC 8628): shows it for as long as it is good, with what to do with it.
 * Nothing is opened or copied before the person says so; cancelling the notification cancels the attempt.
 */
export function showCodeOf(attempt: SignInAttempt): Promise<SignInOutcome> {
  const title = vscode.l10n.t('Signing in to {0} with a code', attempt.server.name);
  return notifications.progress(title, async (say, token) => {
    const cancelled = token.onCancellationRequested(() => attempt.cancel());
    try {
      say(vscode.l10n.t('asking for one…'));
      void attempt.useCode((device) => {
        say(vscode.l10n.t('enter {0} at {1}', device.userCode, shownPage(device)));
        void offer(attempt, device);
      });
      return await attempt.outcome;
    } finally {
      cancelled.dispose();
    }
  });
}

/** The buttons come back until the sign-in has ended: one who copies the code opens the page next. */
async function offer(attempt: SignInAttempt, device: DeviceAuthorization): Promise<void> {
  const copyAndOpen = vscode.l10n.t('Copy Code and Open');
  const copy = vscode.l10n.t('Copy Code');
  const copyAddress = vscode.l10n.t('Copy Address');
  const message = vscode.l10n.t(
    'To sign in to {0}, enter the code {1} at {2}, in a browser on any device. Do so only if you began this sign-in yourself.',
    attempt.server.name,
    device.userCode,
    shownPage(device),
  );
  while (!attempt.hasEnded) {
    const choice = await notifications.information(message, copyAndOpen, copy, copyAddress);
    if (choice === undefined) return;
    const page = device.verificationUriComplete ?? device.verificationUri;
    if (choice === copyAddress) await vscode.env.clipboard.writeText(device.verificationUri.href);
    else await vscode.env.clipboard.writeText(device.userCode);
    if (choice === copyAndOpen) await vscode.env.openExternal(vscode.Uri.parse(page.href, true));
  }
}

function shownPage({ verificationUri }: DeviceAuthorization): string {
  return verificationUri.host + verificationUri.pathname;
}
