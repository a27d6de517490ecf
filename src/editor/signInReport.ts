import * as vscode from 'vscode';
import type { ServerConfig } from '../broker/serverSettings.js';
import type { SignInOutcome } from '../broker/signInOutcome.js';
import { commandId } from './commands.js';
import { notifications } from './notifications.js';
import { openServerSettings } from './serverSettings.js';

/** What is told of a sign-in's end: what happened, and the one thing to do next. */
interface SignInReport {
  readonly severity: 'information' | 'warning' | 'error';
  readonly message: string;
  readonly next?: 'tryAgain' | 'openSettings';
}

/** @returns undefined where there is nothing to tell: who cancels knows. */
export function signInReport(server: ServerConfig, outcome: SignInOutcome): SignInReport | undefined {
  const { t } = vscode.l10n;
  switch (outcome.kind) {
    case 'signedIn': {
      const account = outcome.credential.account?.label;
      const message =
        account === undefined
          ? t('Signed in to {0}.', server.name)
          : t('Signed in to {0} as {1}.', server.name, account);
      const { beside } = outcome;
      const notes = [
        ...(beside === undefined ? [] : [t('Calls of this workspace still act as {0}.', beside)]),
        ...(outcome.notGranted.length === 0
          ? []
          : [t('Asked for and not granted: {0}.', outcome.notGranted.join(', '))]),
        ...outcome.warnings,
      ];
      if (notes.length === 0) return { severity: 'information', message };
      return { severity: 'warning', message: [message, ...notes].join(' ') };
    }
    case 'cancelled':
      return undefined;
    case 'timedOut':
      return {
        severity: 'warning',
        message: t(
          'Nobody finished signing in to {0} in the browser in time. Nothing has changed.',
          server.name,
        ),
        next: 'tryAgain',
      };
    case 'declined':
      return {
        severity: 'information',
        message: t('Not signed in to {0}. {1}', server.name, outcome.detail),
        next: 'tryAgain',
      };
    case 'failed': {
      const { message, details, code } = outcome.error;
      if (code === 'notProtected') return { severity: 'information', message };
      const said = details.fix === undefined ? message : `${message} ${details.fix}`;
      return {
        severity: 'error',
        message: t('Not signed in to {0}. {1}', server.name, said),
        next: code === 'clientIdRequired' ? 'openSettings' : 'tryAgain',
      };
    }
  }
}

/**
 * Shows a sign-in's end.
 *
 * @param again begins it anew, where the person wants that
 */
export async function showSignInReport(
  server: ServerConfig,
  outcome: SignInOutcome,
  again: () => Promise<unknown>,
): Promise<void> {
  const report = signInReport(server, outcome);
  if (report === undefined) return;
  const tryAgain = vscode.l10n.t('Try Again');
  const openSettings = vscode.l10n.t('Open Settings');
  const showLog = vscode.l10n.t('Show Log');
  const buttons = [
    ...(report.next === 'tryAgain' ? [tryAgain] : []),
    ...(report.next === 'openSettings' ? [openSettings] : []),
    ...(report.severity === 'error' ? [showLog] : []),
  ];
  switch (await notifications[report.severity](report.message, ...buttons)) {
    case tryAgain:
      await again();
      break;
    case openSettings:
      await openServerSettings();
      break;
    case showLog:
      await vscode.commands.executeCommand(commandId('showLog'));
      break;
    default:
  }
}
