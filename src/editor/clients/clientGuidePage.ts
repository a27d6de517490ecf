import * as vscode from 'vscode';
import type { PageResources } from '../views/toolCallsPage.js';
import { escapedHtml as escaped } from '../adapters/escapedHtml.js';
import type { ClientToRegister, RedirectUse } from '../../broker/clients/clientToRegister.js';
import { accessScopes } from '../../mcp/consentTexts.js';
import type { GuideRow } from '../../webview/clientGuideProtocol.js';

/**
 * Returns the page that guides through registering a client manually. It does not contain the values to
 * register: some come from servers, so they are sent as data and are never part of the HTML.
 *
 * @param name the server's name in the user's settings
 */
export function clientGuidePage({ style, script, source, nonce }: PageResources, name: string): string {
  const { t } = vscode.l10n;
  const policy = `default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${escaped(vscode.env.language)}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(t('Client for {0}', name))}</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<main>
<h1>${escaped(t('Client for {0}', name))}</h1>
<p id="introduction" role="status"></p>
<section id="register" aria-labelledby="registerTitle" hidden>
<h2 id="registerTitle">${escaped(t('1. Register a client with these values'))}</h2>
<dl id="rows" data-copy="${escaped(t('Copy'))}"></dl>
</section>
<form id="form" aria-labelledby="enterTitle">
<h2 id="enterTitle">${escaped(t('2. Enter the client details'))}</h2>
<label for="clientId">${escaped(t('Client ID'))}</label>
<input id="clientId" type="text" required maxlength="4096" spellcheck="false" autocomplete="off" autocapitalize="off">
<label for="secret">${escaped(t('Client secret'))}</label>
<input id="secret" type="password" maxlength="4096" autocomplete="off" aria-describedby="secretNote">
<p id="secretNote" class="note"></p>
<h2>${escaped(t('3. Test it'))}</h2>
<div class="actions">
<button id="test" type="submit">${escaped(t('Save and Test Sign-In'))}</button>
<button id="save" type="submit" class="secondary">${escaped(t('Save'))}</button>
</div>
<p id="status" role="status" aria-live="polite"></p>
</form>
</main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}

/** Returns the values to copy into a registration, with the names that providers use. */
export function guideRows(client: ClientToRegister): readonly GuideRow[] {
  const { t } = vscode.l10n;
  const row = (
    label: string,
    ...values: readonly { readonly value: string; readonly note?: string }[]
  ): GuideRow => ({
    label,
    values: values.map((value) => ({ ...value, copyLabel: t('Copy {0}: {1}', label, value.value) })),
  });
  const { redirectUris, grantTypes, scopes, needsSecret } = client;
  return [
    row(t('Name'), { value: client.name, note: t('You can choose any name. The consent page shows it.') }),
    ...(redirectUris.length === 0
      ? []
      : [
          row(
            t('Redirect URI'),
            ...redirectUris.map(({ uri, use }) => ({ value: uri, note: useTexts(use) })),
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

function useTexts(use: RedirectUse): string {
  const { t } = vscode.l10n;
  switch (use) {
    case 'next':
      return t('The next sign-in sends this value. Register it exactly as shown.');
    case 'portTaken':
      return t('Sent with another port if this one is in use. Register it if the provider allows any port.');
    case 'ifConfigured':
      return t(
        'Only if the provider doesn’t accept the first one. Then also set “redirect” to “loopback” in the server’s “oauth” settings.',
      );
  }
}

/**
 * Returns a note about scopes that only keep a sign-in or identify its account, because providers may have no
 * setting for them.
 */
function scopeNote(scopes: readonly string[]): { readonly note?: string } {
  const isAccess = accessScopes(scopes);
  return isAccess.length === scopes.length
    ? {}
    : { note: vscode.l10n.t('Leave out scopes that the provider doesn’t list.') };
}
