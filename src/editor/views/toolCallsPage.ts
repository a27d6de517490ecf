import * as vscode from 'vscode';
import { columnNames, type ColumnName, type ToolCallsTexts } from '../../webview/toolCallsProtocol.js';
import { escapedHtml as escaped } from '../adapters/escapedHtml.js';

/** The addresses of the page's resources, and the sources that its policy allows. */
export interface PageResources {
  readonly style: string;
  readonly script: string;
  /** The source from which the style sheet may be loaded. */
  readonly source: string;
  /** A random value, new for each page: only the script with this nonce runs. */
  readonly nonce: string;
}

/** Columns that the style sheet hides on narrow pages, by width. */
const columnsLeftOut: Readonly<Record<'narrow' | 'narrower' | 'narrowest', readonly ColumnName[]>> = {
  narrow: ['consent', 'milliseconds'],
  narrower: ['caller', 'server', 'consent', 'milliseconds'],
  narrowest: ['caller', 'server', 'scopes', 'consent', 'milliseconds'],
};

/**
 * Returns the page for tool calls without any calls: they are sent as data, and are never part of the HTML.
 */
export function toolCallsPage(
  { style, script, source, nonce }: PageResources,
  words: ToolCallsTexts,
): string {
  const { t } = vscode.l10n;
  const policy = `default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'`;
  const leftOut = Object.entries(columnsLeftOut)
    .map(([width, names]) => [width, names.map((name) => words.columns[name]).join(', ')] as const)
    .map(([width, names]) => {
      const said = t('Hidden at this width: {0}. Select a call to see them.', names);
      return `<p class="leftOut ${width}">${escaped(said)}</p>`;
    })
    .join('');
  const head = columnNames
    .map(
      (name, at) =>
        `<span class="${name}" role="columnheader" aria-colindex="${at + 1}">${escaped(words.columns[name])}</span>`,
    )
    .join('');
  return `<!DOCTYPE html>
<html lang="${escaped(words.locale)}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(t('Tool Calls'))}</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<header>
<input id="filter" type="search" spellcheck="false" placeholder="${escaped(t('Filter, for example outcome:refused'))}" aria-label="${escaped(t('Filter tool calls'))}" aria-controls="rows">
<span id="count" role="status"></span>
<button id="export" type="button">${escaped(t('Export…'))}</button>
<button id="clear" type="button">${escaped(t('Clear…'))}</button>
</header>
${leftOut}
<div id="grid" role="grid" aria-label="${escaped(t('Tool Calls'))}" aria-colcount="${columnNames.length}">
<div id="head" role="rowgroup"><div class="row" role="row" aria-rowindex="1">${head}</div></div>
<div id="scroller" role="rowgroup" tabindex="0" aria-label="${escaped(t('Tool Calls'))}"><div id="rows" role="presentation"></div></div>
</div>
<p id="nothing" role="status"></p>
<section id="details" tabindex="0" aria-label="${escaped(t('Details of the call'))}"><p>${escaped(words.details.none)}</p></section>
<section id="teach">
<h2>${escaped(t('No tool calls yet'))}</h2>
<p>${escaped(t('Each tool call on your servers is recorded here when it ends: the time, the caller, the account, the scopes, what you were asked, and the outcome.'))}</p>
<p>${escaped(t('Ask the chat to use one of the tools, and the call appears here. Results and tokens are never kept; arguments only if you turn them on in the settings.'))}</p>
</section>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}

/** Returns the texts of the page for tool calls. */
export function callTexts(): ToolCallsTexts {
  const { t } = vscode.l10n;
  return {
    locale: vscode.env.language,
    columns: {
      time: t('Time'),
      caller: t('Caller'),
      server: t('Server'),
      tool: t('Tool'),
      account: t('Account'),
      scopes: t('Scopes'),
      consent: t('Consent'),
      outcome: t('Outcome'),
      milliseconds: t('ms'),
    },
    callers: {
      chat: t('Chat'),
      editor: t('Editor'),
      agentHost: t('{0} (agent host)'),
      extension: t('Extension'),
      agent: t('Agent'),
    },
    consents: {
      none: t('None'),
      used: t('Used'),
      signInAsked: t('Sign-in requested'),
      stepUpAsked: t('More access requested'),
    },
    outcomes: {
      succeeded: t('Succeeded'),
      toolError: t('Tool error'),
      inputRequired: t('Input requested'),
      refused: t('Refused'),
      failed: t('Failed'),
      cancelled: t('Cancelled'),
    },
    reasons: {
      declined: t('declined'),
      signInCancelled: t('sign-in cancelled'),
      timedOut: t('timed out'),
      signInFailed: t('sign-in failed'),
      grantedLess: t('not all scopes granted'),
      notSettled: t('repeated consent requests'),
      denied: t('denied by the server'),
      blockedByRule: t('blocked by a rule'),
      notAdmitted: t('outside the agent’s admission'),
      consentMissing: t('consent was missing'),
      malformed: t('malformed'),
    },
    details: {
      address: t('Address'),
      asked: t('Requested scopes'),
      waited: t('ms waiting for you'),
      conversation: t('Chat'),
      request: t('Request in the chat'),
      arguments: t('Arguments'),
      none: t('Select a call to see its details.'),
    },
    count: t('{0} of {1} calls'),
    unknownField: t('No call matches. “{0}” is not a filter, so it was searched as text. Filters: {1}'),
    unknownValue: t('No call matches. “{0}” is not a possible value. Possible values: {1}'),
    nothingFound: t('No call matches. Filters: server: tool: outcome: account: caller: consent: scope:'),
  };
}
