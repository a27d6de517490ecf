import * as vscode from 'vscode';
import type { Findings } from '../../broker/discovery/findings.js';
import { freeName } from '../../broker/imports/importPlan.js';
import { serverNameFault } from '../../broker/settings/serverSettings.js';
import type { Notifications } from '../adapters/notifications.js';

/**
 * Asks for the name of a server that is being added.
 *
 * @param proposed the initial text of the box, made unique if another server has that name
 * @returns undefined if the user closed the box
 */
export async function askServerName(
  notifications: Notifications,
  proposed: string,
  names: readonly string[],
): Promise<string | undefined> {
  const name = await notifications.input({
    title: vscode.l10n.t('Name the server'),
    prompt: vscode.l10n.t('The name shown in the chat, the server list, and your settings'),
    value: freeName(proposed, names),
    ignoreFocusOut: true,
    validateInput: (text) => {
      const fault = serverNameFault(text.trim());
      if (fault !== undefined) return fault;
      const isTaken = nameTakenBy(text.trim(), names) !== undefined;
      return isTaken ? vscode.l10n.t('Another server already has this name.') : undefined;
    },
  });
  return name?.trim();
}

/** Returns the server's name for itself, or else the first meaningful label of its host. */
export function suggestedName(url: string, findings: Findings | undefined): string {
  const named = findings?.kind === 'protected' ? findings.discovered.resource.resourceName : undefined;
  if (named !== undefined) return named;
  const { hostname, port } = new URL(url);
  if (/^[\d.]+$|^\[/.test(hostname)) return port === '' ? hostname : `${hostname}:${port}`;
  const labels = hostname.split('.');
  return labels.find((label) => !['www', 'mcp', 'api'].includes(label)) ?? hostname;
}

/** Returns the server that already has a name; VS Code ignores case when it compares names. */
export function nameTakenBy(name: string, names: readonly string[]): string | undefined {
  return names.find((taken) => taken.toLowerCase() === name.toLowerCase());
}
