import * as vscode from 'vscode';
import type { ConsentStatus, ConsentStatusName } from '../../broker/status/consentStatus.js';
import { attemptLabel } from './attemptRows.js';
import type { CommandId } from '../adapters/commands.js';
import type { ServerStatus } from './serverStatuses.js';

/** The text, icon and action of one status, for every place that shows it. */
interface StatusTexts {
  readonly label: string;
  /** A codicon's name; each status has its own shape, so that colour is never the only sign. */
  readonly icon: string;
  /** The id of a theme colour. */
  readonly color?: string;
  /** What the user can do about it. */
  readonly action?: { readonly command: CommandId; readonly title: string };
  /** Higher for what matters more; 0 if the user need not act. */
  readonly urgency: number;
}

const warning = 'list.warningForeground';
const error = 'list.errorForeground';
const { t } = vscode.l10n;

const words: Readonly<Record<ConsentStatusName, StatusTexts>> = {
  unknown: {
    label: t('Not checked yet'),
    icon: 'question',
    action: { command: 'checkServer', title: t('Check') },
    urgency: 0,
  },
  open: { label: t('No sign-in needed'), icon: 'unlock', urgency: 0 },
  signedOut: {
    label: t('Signed out'),
    icon: 'account',
    action: { command: 'signIn', title: t('Sign In') },
    urgency: 0,
  },
  awaitingConsent: {
    label: t('Waiting for you'),
    icon: 'bell-dot',
    color: warning,
    action: { command: 'cancelSignIn', title: t('Cancel Sign-In') },
    urgency: 7,
  },
  ready: { label: t('Ready'), icon: 'pass', color: 'testing.iconPassed', urgency: 0 },
  needsScopes: {
    label: t('Needs more access'),
    icon: 'key',
    color: warning,
    action: { command: 'grantScopes', title: t('Grant Access') },
    urgency: 4,
  },
  expired: {
    label: t('Sign-in ended'),
    icon: 'history',
    color: warning,
    action: { command: 'signIn', title: t('Sign In Again') },
    urgency: 5,
  },
  denied: {
    label: t('Denied'),
    icon: 'circle-slash',
    color: error,
    action: { command: 'signIn', title: t('Sign In Again') },
    urgency: 3,
  },
  unreachable: {
    label: t('Unreachable'),
    icon: 'debug-disconnect',
    color: error,
    action: { command: 'checkServer', title: t('Try Again') },
    urgency: 2,
  },
  misconfigured: {
    label: t('Misconfigured'),
    icon: 'error',
    color: error,
    action: { command: 'checkServer', title: t('Check Again') },
    urgency: 6,
  },
};

export function statusTexts(status: ConsentStatusName): StatusTexts {
  return words[status];
}

/** How a server is shown that the editor has switched off: whatever its sign-in is, no call reaches it. */
const displaced: StatusTexts = {
  label: t('Turned off by the editor'),
  icon: 'eye-closed',
  color: warning,
  urgency: 1,
};

/** The words for a server as it is shown: what the editor does with it goes before its sign-in. */
export function entryTexts({ status, displacedBy }: ServerStatus): StatusTexts {
  return displacedBy === undefined ? words[status.status] : displaced;
}

/** One server in a few words. */
export function briefEntry(entry: ServerStatus): string {
  return entry.displacedBy === undefined ? briefStatus(entry.status) : displaced.label;
}

/** One server as a sentence, for screen readers and hovers. */
export function describeEntry({ server, status, displacedBy }: ServerStatus): string {
  return displacedBy === undefined
    ? describeStatus(status)
    : t('{0}: Turned off by the editor; {1} has a server with the same name', server.name, displacedBy);
}

/** Whether a server's state needs a sentence in a place that has a line for one. */
export function isExplained({ status, displacedBy }: ServerStatus): boolean {
  return displacedBy !== undefined || status.missing.length > 0;
}

/** What the user can do about one status. No sign-in mends what the server itself refuses. */
export function statusAction({ status, deniedBy }: ConsentStatus): StatusTexts['action'] {
  return status === 'denied' && deniedBy === 'server'
    ? { command: 'checkServer', title: t('Check Again') }
    : words[status].action;
}

/**
 * The same after a check. If it would be to check again, the diagnosis tells more; and a notification without a
 * button is one line in the editor, which what was found wrong does not fit in.
 */
export function actionAfterCheck(status: ConsentStatus): StatusTexts['action'] {
  const action = statusAction(status);
  return action?.command === 'checkServer' ? { command: 'diagnoseServer', title: t('Diagnose') } : action;
}

/** One status in a few words: for a server that is ready, the account that acts. */
function briefStatus(status: ConsentStatus): string {
  const { label } = statusTexts(status.status);
  if (status.account === undefined) return label;
  return status.status === 'ready' ? status.account : `${label} – ${status.account}`;
}

/** One status as a sentence, for screen readers and hovers. */
export function describeStatus(status: ConsentStatus): string {
  const parts = [`${status.server}: ${statusTexts(status.status).label}`];
  if (status.account !== undefined) parts.push(t('account {0}', status.account));
  if (status.missing.length > 0) {
    const missing = status.missing.join(', ');
    parts.push(
      status.tool === undefined ? t('missing {0}', missing) : t('{0} needs {1}', status.tool, missing),
    );
  }
  if (status.detail !== undefined) parts.push(status.detail);
  if (status.lastAttempt !== undefined)
    parts.push(t('last sign-in {0}', attemptLabel(status.lastAttempt.kind)));
  return parts.join('; ');
}
