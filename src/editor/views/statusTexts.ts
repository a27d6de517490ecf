import * as vscode from 'vscode';
import type { ConsentStatus, ConsentStatusName } from '../../broker/status/consentStatus.js';
import { attemptLabel } from './attemptRows.js';
import type { CommandId } from '../adapters/commands.js';
import type { ServerStatus } from './serverStatuses.js';

/** The text, icon and action of one status, for every view that shows it. */
interface StatusTexts {
  readonly label: string;
  /** The name of a codicon. Each status has a distinct shape, so that color is never the only difference. */
  readonly icon: string;
  /** The ID of a theme color. */
  readonly color?: string;
  /** The action that the user can take. */
  readonly action?: { readonly command: CommandId; readonly title: string };
  /** Higher for more urgent statuses; 0 if the user need not act. */
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

/**
 * The texts of a server that the editor has switched off: no call reaches it, whatever the state of its
 * sign-in.
 */
const displaced: StatusTexts = {
  label: t('Turned off by the editor'),
  icon: 'eye-closed',
  color: warning,
  urgency: 1,
};

/**
 * Returns the texts for a server. If the editor has switched it off, that takes precedence over its sign-in.
 */
export function entryTexts({ status, displacedBy }: ServerStatus): StatusTexts {
  return displacedBy === undefined ? words[status.status] : displaced;
}

/** Returns one server's status in a few words. */
export function briefEntry(entry: ServerStatus): string {
  return entry.displacedBy === undefined ? briefStatus(entry.status) : displaced.label;
}

/** Returns one server's status as a sentence, for screen readers and hovers. */
export function describeEntry({ server, status, displacedBy }: ServerStatus): string {
  return displacedBy === undefined
    ? describeStatus(status)
    : t('{0}: Turned off by the editor; {1} has a server with the same name', server.name, displacedBy);
}

/** Checks whether a server's status needs an explanation where there is room for one. */
export function isExplained({ status, displacedBy }: ServerStatus): boolean {
  return displacedBy !== undefined || status.missing.length > 0;
}

/** Returns the action for a status. A new sign-in does not help if the server itself denies access. */
export function statusAction({ status, deniedBy }: ConsentStatus): StatusTexts['action'] {
  return status === 'denied' && deniedBy === 'server'
    ? { command: 'checkServer', title: t('Check Again') }
    : words[status].action;
}

/**
 * Returns the action for a status after a check. It offers the diagnosis instead of another check, and always
 * has a button: the editor cuts notifications without buttons to one line, which is too short for the
 * findings.
 */
export function actionAfterCheck(status: ConsentStatus): StatusTexts['action'] {
  const action = statusAction(status);
  return action?.command === 'checkServer' ? { command: 'diagnoseServer', title: t('Diagnose') } : action;
}

/** Returns one status in a few words: the account in use, if the server is ready. */
function briefStatus(status: ConsentStatus): string {
  const { label } = statusTexts(status.status);
  if (status.account === undefined) return label;
  return status.status === 'ready' ? status.account : `${label} – ${status.account}`;
}

/** Returns one status as a sentence, for screen readers and hovers. */
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
