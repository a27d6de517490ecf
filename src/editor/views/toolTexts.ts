import * as vscode from 'vscode';
import type { ToolConsent, ToolConsentName } from '../../broker/tools/toolConsent.js';
import type { ToolRule } from '../../broker/tools/toolRules.js';

/** The text and icon of one tool's consent, for every view that shows it. */
interface ToolTexts {
  readonly label: string;
  /** A shorter text where there is little room. */
  readonly brief?: string;
  /** The name of a codicon. Each has a distinct shape, so that color is never the only difference. */
  readonly icon: string;
  /** The ID of a theme color. */
  readonly color?: string;
}

const warning = 'list.warningForeground';
const { t } = vscode.l10n;

const words: Readonly<Record<ToolConsentName, ToolTexts>> = {
  blocked: { label: t('Blocked'), icon: 'circle-slash', color: 'list.errorForeground' },
  unavailable: { label: t('Unavailable'), icon: 'debug-disconnect' },
  waiting: { label: t('Waiting for you'), icon: 'bell-dot', color: warning },
  needsSignIn: { label: t('Needs sign-in'), icon: 'account' },
  needsScopes: { label: t('Needs more access'), icon: 'key', color: warning },
  asks: { label: t('Asks every time'), brief: t('Asks'), icon: 'comment-discussion' },
  ready: { label: t('Ready'), icon: 'pass', color: 'testing.iconPassed' },
  unknown: { label: t('Not checked yet'), icon: 'question' },
};

export function toolTexts(status: ToolConsentName): ToolTexts {
  return words[status];
}

const ruleLabels: Readonly<Record<ToolRule, string>> = {
  allow: t('Allow'),
  ask: t('Ask every time'),
  block: t('Block'),
};

export function ruleLabel(rule: ToolRule): string {
  return ruleLabels[rule];
}

/**
 * Returns one tool's consent in a few words; a rule is named if the text does not imply it.
 *
 * @param room whether there is room for the complete text
 */
export function briefToolConsent({ status, missing, rule }: ToolConsent, room: 'much' | 'little'): string {
  const said = ({ label, brief }: ToolTexts) => (room === 'little' ? (brief ?? label) : label);
  const what = status === 'needsScopes' ? t('Needs {0}', missing.join(', ')) : said(words[status]);
  return rule === 'ask' && status !== 'asks' ? `${what} – ${said(words.asks)}` : what;
}
