import * as vscode from 'vscode';
import type { SignInAttempt } from '../../broker/signIn/signInAttempt.js';
import type { SignInOutcome } from '../../broker/signIn/signIn.js';
import type { DeviceAuthorization } from '../../oauth/deviceAuthorization.js';
import { notifications, type Notifications, type ClipboardWriter } from '../adapters/notifications.js';

/** A code may be entered on another device, and lives for as long as its server says; in milliseconds. */
export const codeDeadline = 15 * 60_000;

/** Shows how far a sign-in is. */
export type Say = (message: string) => void;

/** The parts of the editor that a code is shown and opened with. */
export interface CodeWindow {
  readonly notices: { readonly information: Notifications['information'] };
  readonly openExternal: (address: vscode.Uri) => Thenable<boolean>;
  readonly clipboard: ClipboardWriter;
}

/** Takes one sign-in through a code, under a notification of its own; cancelling that cancels the attempt. */
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
 * Takes a sign-in through a code (RFC 8628): shows it for as long as it is good, with what to do with it. Nothing is
 * opened or copied before the user chooses to.
 */
export async function useCode(attempt: SignInAttempt, say: Say, window?: CodeWindow): Promise<void> {
  say(vscode.l10n.t('requesting a code…'));
  await attempt.useCode((device) => {
    say(vscode.l10n.t('enter {0} at {1}', device.userCode, device.verificationUri.href));
    void offer(attempt, device, window ?? editorWindow());
  });
}

/** The buttons come back until the sign-in has ended: one who copies the code opens the page next. */
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

/** Through a page of ours, whose redirect is exact: `openExternal` rewrites what a query holds (`%2B` becomes `+`). */
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
