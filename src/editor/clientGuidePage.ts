import * as vscode from 'vscode';
import type { PageResources } from './toolCallsPage.js';
import { escapedHtml as escaped } from './escapedHtml.js';

/**
 * The page that guides through registering a client by hand, as yet without what to register: that is data, partly
 * written by servers, and never part of a page's text.
 *
 * @param name the server's, as the user's settings have it
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
<h2 id="enterTitle">${escaped(t('2. Enter what you got'))}</h2>
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
