import * as vscode from 'vscode';
import type { AddLink } from '../../broker/links/addLink.js';
import { onWordOf } from '../../oauth/networkReach.js';
import { plainWhole } from '../adapters/notifications.js';
import { nameTakenBy } from '../commands/serverName.js';

/**
 * All that a link says, to be read before anything is requested or saved. It is shown in a dialog, which wraps long
 * addresses where rows of a list would cut them off.
 *
 * @param names of the servers that are configured
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
      ? t('Name: none proposed; you choose it later')
      : t('Name: “{0}”; you can change it later', plainWhole(name)),
    ...(type === 'sse' ? [t('Transport: HTTP+SSE')] : []),
  ];
  const warnings = [
    ...(/(^|\.)xn--/.test(host)
      ? [
          t(
            'The host is written in letters of other alphabets, which can look like another host. It is shown in the form that names it exactly.',
          ),
        ]
      : []),
    ...(onWordOf(url).reach === 'internet'
      ? []
      : [t('The address is on your machine or in your own network. Continue only if you know this server.')]),
    ...(taken === undefined
      ? []
      : [
          t(
            'name: Another server is called “{0}” already, so this one needs another name.',
            plainWhole(taken),
          ),
        ]),
  ];
  const next = t(
    'Nothing is saved or requested yet. If you continue, {0} is asked how to sign in, and you decide then whether to add it.',
    host,
  );
  return {
    message: t('A link asks to add an MCP server at {0}.', host),
    detail: [lines.join('\n'), ...warnings, next].join('\n\n'),
  };
}
