import * as vscode from 'vscode';
import type { EditorPlace } from '../adapters/editorPlace.js';

/** Notes for a remote window whose extension runs on the user's own machine: one for each affected text. */
export interface RemoteNotes {
  /** The note for a server that cannot be reached. */
  readonly unreachable: string;
  /** The note for a workload assertion that was not found at the configured place. */
  readonly assertions: string;
  /** The note for a user who connects an agent: a short text, and what to do instead. */
  readonly agents: { readonly label: string; readonly detail: string };
  /** For a chat session of the agent host, which runs on the remote. */
  readonly sessions: string;
}

/**
 * Returns a note that names the machine on which other vendors' client files are written, if the window works
 * on a different one.
 */
export function clientFilesNote(place: EditorPlace, remoteName: string | undefined): string | undefined {
  const { t } = vscode.l10n;
  if (!place.isUsersMachine)
    return t('The files are on the machine where the extension runs, which is not your own computer.');
  if (remoteName === undefined) return undefined;
  return t('The files are on your computer. Clients on the remote do not read them.');
}

/** @returns undefined if the extension runs on the machine that the window works on */
export function remoteNotes(
  { isUsersMachine }: EditorPlace,
  extensionId: string,
  remoteName: string | undefined,
): RemoteNotes | undefined {
  if (!isUsersMachine || remoteName === undefined) return undefined;
  const { t } = vscode.l10n;
  return {
    unreachable: `The request was sent from your computer, not from the remote. If only the remote can reach the server, add "remote.extensionKind": {"${extensionId}": ["workspace"]} to your settings, install the extension on the remote, and reload the window.`,
    assertions: 'The extension looked for the file on your computer, not on the remote.',
    agents: {
      label: t('These addresses work on your computer, not on the remote'),
      detail: t('For agents on the remote, run mcp-oauth-broker-headless there.'),
    },
    sessions: t(
      'MCP OAuth Broker runs on your computer, and this session runs on the remote. Use the local chat, or run the extension on the remote.',
    ),
  };
}
