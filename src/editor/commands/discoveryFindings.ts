import * as vscode from 'vscode';
import type { Findings } from '../../broker/discovery/findings.js';
import type { ClientIdentity } from '../../oauth/clientRegistration.js';
import { shownAddress } from '../../base/displayText.js';
import { plain, type ChoiceWindow } from '../adapters/notifications.js';

export type FindingChoice = 'add' | 'changeAddress';

interface FindingItem extends vscode.QuickPickItem {
  readonly choice?: FindingChoice;
}

/**
 * Shows the findings about a server, for the user to read before anything is saved.
 *
 * @returns undefined if the user closed the list
 */
export async function showFindings(
  url: string,
  findings: Exclude<Findings, { kind: 'failed' }>,
  window: ChoiceWindow,
): Promise<FindingChoice | undefined> {
  const items = findingItems(findings);
  for (;;) {
    const picked = await window.showQuickPick(items, {
      title: vscode.l10n.t('Found at {0}', new URL(url).host),
      placeHolder: vscode.l10n.t('Nothing has been saved yet.'),
      ignoreFocusOut: true,
    });
    if (picked === undefined) return undefined;
    // The selected row only informs, so the list is shown again.
    if (picked.choice !== undefined) return picked.choice;
  }
}

function findingItems(findings: Exclude<Findings, { kind: 'failed' }>): FindingItem[] {
  const { t } = vscode.l10n;
  return [
    { label: `$(add) ${t('Add this server')}`, choice: 'add' },
    { label: `$(edit) ${t('Change the address')}`, choice: 'changeAddress' },
    { label: t('Findings'), kind: vscode.QuickPickItemKind.Separator },
    ...(findings.kind === 'open'
      ? [
          {
            label: `$(unlock) ${t('No sign-in needed')}`,
            detail: t('The server responded without asking for authorization.'),
          },
        ]
      : protectedItems(findings)),
  ];
}

function protectedItems({ discovered }: Extract<Findings, { kind: 'protected' }>): FindingItem[] {
  const { t } = vscode.l10n;
  const { resource, as, scopes, identity } = discovered;
  const name = resource.resourceName === undefined ? {} : { description: plain(resource.resourceName) };
  return [
    { label: `$(globe) ${t('Resource')}`, detail: plain(shownAddress(resource.resource)), ...name },
    { label: `$(shield) ${t('Authorization server')}`, detail: plain(shownAddress(as.issuer)) },
    {
      label: `$(key) ${t('Scopes')}`,
      detail:
        scopes.length === 0
          ? t('none requested; the authorization server decides')
          : plain(scopes.join(', ')),
    },
    { label: `$(user) ${t('Client')}`, ...identityTexts(identity) },
    ...resource.warnings.map((warning) => ({ label: `$(warning) ${t('Warning')}`, detail: plain(warning) })),
  ];
}

function identityTexts(identity: ClientIdentity): { readonly description: string; readonly detail: string } {
  const { t } = vscode.l10n;
  switch (identity.kind) {
    case 'use':
      return { description: plain(identity.client.clientId), detail: identity.because };
    case 'register':
      return { description: t('registered at the first sign-in'), detail: identity.because };
    case 'ask':
      return { description: t('a client ID is required'), detail: identity.because };
  }
}
