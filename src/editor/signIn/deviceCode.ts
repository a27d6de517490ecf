import * as vscode from 'vscode';
import type { SignInAttempt } from '../../broker/signIn/signInAttempt.js';
import type { SignInOutcome } from '../../broker/signIn/signIn.js';
import type { DeviceAuthorization } from '../../oauth/deviceAuthorization.js';
import { notifications, type Notifications, type ClipboardWriter } from '../adapters/notifications.js';

/**
 * The longest time for entering a code on another device, in milliseconds; the server may set a shorter one.
 */
export const codeDeadline = 15 * 60_000;

/** Shows the progress of a sign-in. */
export type Say = (message: string) => void;

/** The parts of the editor that show a code and open its page. */
export interface CodeWindow {
  readonly notices: { readonly information: Notifications['information'] };
  readonly openExternal: (address: vscode.Uri) => Thenable<boolean>;
  readonly clipboard: ClipboardWriter;
}

/**
 * Runs one sign-in with a code in a separate notification; cancelling the notification cancels the attempt.
 */
export function showCodeOf(attempt: SignInAttempt): Promise<SignInOutcome> {
  const title = vscode.l10n.t('Signing in to {0} with a code', attempt.server.name);
  return notifications.progress(title, async (say, token) => {
    const cancelled = token.onCancellationRequested(() => attempt.cancel());
    try {
      void useCode(attempt, say);
      return await attempt.outcome;
    } finally {
      cancelled.dispose();
    }
  });
}

/**
 * Runs a sign-in with a code (RFC 8628): shows the code with instructions while it is valid. Nothing is
 * opened or copied until the user requests it.
 */
export async function useCode(attempt: SignInAttempt, say: Say, window?: CodeWindow): Promise<void> {
  say(vscode.l10n.t('requesting a code…'));
  await attempt.useCode((device) => {
    say(vscode.l10n.t('enter {0} at {1}', device.userCode, device.verificationUri.href));
    void offer(attempt, device, window ?? editorWindow());
  });
}

/**
 * Shows the buttons until the sign-in ends, because a user may copy the code first and open the page next.
 */
async function offer(attempt: SignInAttempt, device: DeviceAuthorization, window: CodeWindow): Promise<void> {
  const copyAndOpen = vscode.l10n.t('Copy Code and Open');
  const copy = vscode.l10n.t('Copy Code');
  const copyAddress = vscode.l10n.t('Copy Address');
  const message = vscode.l10n.t(
    'To sign in to {0}, enter the code {1} at {2}, in a browser on any device. Do so only if you started this sign-in yourself.',
    attempt.server.name,
    device.userCode,
    device.verificationUri.href,
  );
  while (!attempt.hasEnded) {
    const choice = await window.notices.information(message, copyAndOpen, copy, copyAddress);
    if (choice === undefined) return;
    if (choice === copyAddress) await window.clipboard.writeText(device.verificationUri.href);
    else await window.clipboard.writeText(device.userCode);
    if (choice === copyAndOpen) await openUnaltered(attempt, device, window);
  }
}

/**
 * Opens an address through a page of this extension, which redirects to it exactly. `openExternal` would
 * change a query: `%2B` becomes `+`.
 */
async function openUnaltered(
  attempt: SignInAttempt,
  device: DeviceAuthorization,
  { openExternal }: CodeWindow,
): Promise<void> {
  const page = await attempt.pageTo(device.verificationUriComplete ?? device.verificationUri);
  await openExternal(vscode.Uri.parse(page.address, true));
}

function editorWindow(): CodeWindow {
  const { openExternal, clipboard } = vscode.env;
  return { notices: notifications, openExternal, clipboard };
}
