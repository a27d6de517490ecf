import * as vscode from 'vscode';
import type { AddLink } from '../../broker/links/addLink.js';
import { onWordOf } from '../../oauth/networkReach.js';
import { plainWhole } from '../adapters/notifications.js';
import { nameTakenBy } from '../commands/serverName.js';

/**
 * Returns the complete content of a link, for the user to read before anything is requested or saved. It is
 * shown in a dialog, which wraps long addresses, whereas a list would truncate them.
 *
 * @param names the names of the configured servers
 */
export function addLinkQuestion(
  { url, name, type }: AddLink,
  names: readonly string[],
): { readonly message: string; readonly detail: string } {
  const { t } = vscode.l10n;
  const { host } = new URL(url);
  const taken = name === undefined ? undefined : nameTakenBy(name, names);
  const lines = [
    t('Address: {0}', plainWhole(url)),
    t('Host: {0}', host),
    name === undefined
      ? t('Name: none suggested; you choose it later')
      : t('Name: “{0}”; you can change it later', plainWhole(name)),
    ...(type === 'sse' ? [t('Transport: HTTP+SSE')] : []),
  ];
  const warnings = [
    ...(/(^|\.)xn--/.test(host)
      ? [
          t(
            'The host contains letters of other alphabets, which can look like another host. It is shown in its exact form (Punycode).',
          ),
        ]
      : []),
    ...(onWordOf(url).reach === 'internet'
      ? []
      : [
          t(
            'The address is on your machine or in your private network. Continue only if you know this server.',
          ),
        ]),
    ...(taken === undefined
      ? []
      : [t('name: Another server is already named “{0}”. Use a different name.', plainWhole(taken))]),
  ];
  const next = t(
    'Nothing has been saved or requested yet. If you continue, the extension asks {0} how to sign in, and then you decide whether to add it.',
    host,
  );
  return {
    message: t('A link asks to add an MCP server at {0}.', host),
    detail: [lines.join('\n'), ...warnings, next].join('\n\n'),
  };
}
