import * as vscode from 'vscode';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { SignInOutcome } from '../broker/signIn/signInOutcome.js';
import type { OAuthFlowError, OAuthFlowErrorCode } from '../oauth/oauthFlowError.js';
import { commandId, type CommandId } from './commands.js';
import { notifications } from './notifications.js';
import { openServerSettings } from './serverSettings.js';

type NextStep = 'tryAgain' | 'openSettings' | 'setClientSecret' | 'setClientKey';

/** What is told of a sign-in's end: what happened, and the one thing to do next. */
interface SignInReport {
  readonly severity: 'information' | 'warning' | 'error';
  readonly message: string;
  readonly next?: NextStep;
  /** What the servers say is at fault, and the diagnosis shows it. */
  readonly isDiagnosable?: true;
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
      const { message, advice, code } = outcome.error;
      if (code === 'notProtected') return { severity: 'information', message };
      return {
        severity: 'error',
        message: t('Not signed in to {0}. {1}', server.name, advice),
        next: nextStep(outcome.error),
        ...(diagnosable.has(code) && { isDiagnosable: true }),
      };
    }
  }
}

function nextStep({ code, details }: OAuthFlowError): NextStep {
  if (code === 'clientSecretRequired') return 'setClientSecret';
  if (code !== 'clientIdRequired') return 'tryAgain';
  return details.field === 'clientKey' ? 'setClientKey' : 'openSettings';
}

/** Failures of discovery and of what was registered or configured: seen again without signing in. */
const diagnosable: ReadonlySet<OAuthFlowErrorCode> = new Set([
  ...(['notJson', 'redirected', 'insecureAddress', 'addressOutOfReach', 'unexpectedStatus'] as const),
  ...(['tooLarge', 'invalidMetadata', 'resourceMismatch', 'issuerMismatch'] as const),
  ...(['noAuthorizationServer', 'pkceNotAdvertised', 'dpopNotSupported'] as const),
  ...(['registrationRefused', 'clientOfAnotherIssuer', 'authorizationRefused'] as const),
]);

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
  const { t } = vscode.l10n;
  const run = (command: CommandId) => () => vscode.commands.executeCommand(commandId(command), server.name);
  const steps: Readonly<Record<NextStep, Step>> = {
    tryAgain: { title: t('Try Again'), take: again },
    openSettings: { title: t('Open Settings'), take: openServerSettings },
    setClientSecret: { title: t('Set Client Secret…'), take: run('setClientSecret') },
    setClientKey: { title: t('Set Client Key…'), take: run('setClientKey') },
  };
  const offered: readonly Step[] = [
    ...(report.next === undefined ? [] : [steps[report.next]]),
    ...(report.isDiagnosable === true ? [{ title: t('Diagnose'), take: run('diagnoseServer') }] : []),
    ...(report.severity === 'error' ? [{ title: t('Show Log'), take: run('showLog') }] : []),
  ];
  const chosen = await notifications[report.severity](report.message, ...offered.map(({ title }) => title));
  await offered.find(({ title }) => title === chosen)?.take();
}

/** A button, and what it does. */
interface Step {
  readonly title: string;
  readonly take: () => PromiseLike<unknown>;
}
