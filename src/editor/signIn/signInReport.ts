import { accountName } from '../../broker/accounts/credential.js';
import * as vscode from 'vscode';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { SignInOutcome } from '../../broker/signIn/signIn.js';
import type { OAuthFlowError, OAuthFlowErrorCode } from '../../oauth/oauthFlowError.js';
import { commandId, type CommandId } from '../adapters/commands.js';
import { notifications, type MessageDisplay } from '../adapters/notifications.js';
import { waysBack, wayTitle, type OtherWay } from './otherWays.js';

type NextStep = 'tryAgain' | 'otherWays' | 'setClientId' | 'setClientSecret' | 'setClientKey';

/** The report on the outcome of a sign-in: what happened, and the next action. */
interface SignInReport {
  readonly severity: 'information' | 'warning' | 'error';
  readonly message: string;
  readonly next?: NextStep | undefined;
  /** Whether the cause is on a server, so that the diagnosis shows it. */
  readonly isDiagnosable?: true | undefined;
}

/** @returns undefined if nothing need be reported, because the user cancelled */
export function signInReport(server: ServerConfig, outcome: SignInOutcome): SignInReport | undefined {
  const { t } = vscode.l10n;
  switch (outcome.kind) {
    case 'signedIn': {
      const account = accountName(outcome.credential);
      const message =
        account === undefined
          ? t('Signed in to {0}.', server.name)
          : t('Signed in to {0} as {1}.', server.name, account);
      const { beside } = outcome;
      const notes = [
        ...(beside === undefined ? [] : [t('Calls from this workspace still act as {0}.', beside)]),
        ...(outcome.notGranted.length === 0
          ? []
          : [t('Requested but not granted: {0}.', outcome.notGranted.join(', '))]),
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
        message: t('The sign-in to {0} timed out. Nothing has changed.', server.name),
        next: 'otherWays',
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
        isDiagnosable: diagnosable.has(code) ? true : undefined,
      };
    }
  }
}

function nextStep({ code, details }: OAuthFlowError): NextStep {
  if (code === 'clientSecretRequired') return 'setClientSecret';
  if (code === 'registrationRefused') return details.status === 429 ? 'tryAgain' : 'setClientId';
  if (code !== 'clientIdRequired') return 'tryAgain';
  return details.field === 'clientKey' ? 'setClientKey' : 'setClientId';
}

/** Failures of discovery, registration or configuration, which the diagnosis finds without signing in. */
const diagnosable: ReadonlySet<OAuthFlowErrorCode> = new Set([
  ...(['notJson', 'redirected', 'insecureAddress', 'addressOutOfReach', 'unexpectedStatus'] as const),
  ...(['tooLarge', 'invalidMetadata', 'resourceMismatch', 'issuerMismatch'] as const),
  ...(['noAuthorizationServer', 'pkceNotAdvertised', 'dpopNotSupported'] as const),
  ...(['registrationRefused', 'clientOfAnotherIssuer', 'authorizationRefused'] as const),
]);

/** The part of an attempt that is needed after it has ended. */
interface ReportedAttempt {
  readonly server: ServerConfig;
  offersCode(): Promise<boolean>;
}

/**
 * Shows the outcome of a sign-in.
 *
 * @param way how the sign-in was run
 * @param again starts another sign-in in the way that the user chooses
 */
export async function showSignInReport(
  attempt: ReportedAttempt,
  outcome: SignInOutcome,
  way: 'openAgain' | 'code',
  again: (way: OtherWay) => Promise<unknown>,
  notices: MessageDisplay = notifications,
): Promise<void> {
  const { server } = attempt;
  const report = signInReport(server, outcome);
  if (report === undefined) return;
  const { t } = vscode.l10n;
  const run = (command: CommandId) => () => vscode.commands.executeCommand(commandId(command), server.name);
  const by = (other: OtherWay): Step => ({ title: wayTitle(other), take: () => again(other) });
  const steps: Readonly<Record<Exclude<NextStep, 'otherWays'>, Step>> = {
    tryAgain: { title: t('Try Again'), take: () => again(way) },
    setClientId: { title: t('Set Client ID…'), take: run('setClientId') },
    setClientSecret: { title: t('Set Client Secret…'), take: run('setClientSecret') },
    setClientKey: { title: t('Set Client Key…'), take: run('setClientKey') },
  };
  const next =
    report.next === 'otherWays'
      ? (await waysAfter(way, attempt)).map(by)
      : report.next === undefined
        ? []
        : [steps[report.next]];
  const offered: readonly Step[] = [
    ...next,
    ...(report.isDiagnosable === true ? [{ title: t('Diagnose'), take: run('diagnoseServer') }] : []),
    ...(report.severity === 'error' ? [{ title: t('Show Log'), take: run('showLog') }] : []),
  ];
  const chosen = await notices[report.severity](report.message, ...offered.map(({ title }) => title));
  await offered.find(({ title }) => title === chosen)?.take();
}

/**
 * Returns the ways to sign in again, for the user to choose from, because the previous one may fail again.
 */
async function waysAfter(
  way: 'openAgain' | 'code',
  attempt: { offersCode(): Promise<boolean> },
): Promise<readonly OtherWay[]> {
  return way === 'code' ? ['code', 'openAgain'] : waysBack(await attempt.offersCode());
}

/** A button and its action. */
interface Step {
  readonly title: string;
  readonly take: () => PromiseLike<unknown>;
}
