import * as vscode from 'vscode';
import type { ClientToRegister, RedirectUse } from '../broker/clients/clientToRegister.js';
import { accessScopes } from '../mcp/consentWords.js';
import type { GuideRow, GuideValue } from '../webview/clientGuideProtocol.js';

/** What to copy into a registration, in the words that providers use for it. */
export function guideRows(client: ClientToRegister): readonly GuideRow[] {
  const { t } = vscode.l10n;
  const row = (label: string, ...values: readonly Omit<GuideValue, 'copyLabel'>[]): GuideRow => ({
    label,
    values: values.map((value) => ({ ...value, copyLabel: t('Copy {0}: {1}', label, value.value) })),
  });
  const { redirectUris, grantTypes, scopes, needsSecret } = client;
  return [
    row(t('Name'), { value: client.name, note: t('Any name will do; the consent page shows it.') }),
    ...(redirectUris.length === 0
      ? []
      : [
          row(
            t('Redirect URI'),
            ...redirectUris.map(({ uri, use }) => ({ value: uri, note: useWords(use) })),
          ),
        ]),
    row(
      t('Client type'),
      needsSecret
        ? { value: t('Confidential'), note: t('With a client secret. Some providers call it a web app.') }
        : {
            value: t('Public'),
            note: t('Without a secret, using PKCE (S256). Also called a native or desktop app.'),
          },
    ),
    row(t('Grant types'), ...grantTypes.map((value) => ({ value }))),
    ...(scopes.length === 0 ? [] : [row(t('Scopes'), { value: scopes.join(' '), ...scopeNote(scopes) })]),
  ];
}

function useWords(use: RedirectUse): string {
  const { t } = vscode.l10n;
  switch (use) {
    case 'next':
      return t('This is what the next sign-in sends. Register it exactly as it is.');
    case 'portTaken':
      return t(
        'Sent with another port if a program has that one. Register it if the provider lets the port vary.',
      );
    case 'ifConfigured':
      return t(
        'Only if the provider doesn’t take the first one. Then also set “redirect” to “loopback” in the server’s “oauth” settings.',
      );
  }
}

/** Some scopes only keep a sign-in or name its account, which providers may have no entry for. */
function scopeNote(scopes: readonly string[]): { readonly note?: string } {
  const isAccess = accessScopes(scopes);
  return isAccess.length === scopes.length
    ? {}
    : { note: vscode.l10n.t('Leave out those that the provider doesn’t list.') };
}
