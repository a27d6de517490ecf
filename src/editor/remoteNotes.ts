import * as vscode from 'vscode';
import type { EditorPlace } from './editorPlace.js';

/** What it costs, in a remote window, that the extension runs on the user's own machine: a sentence for each place. */
export interface RemoteNotes {
  /** For a server that does not answer. */
  readonly unreachable: string;
  /** For a workload's assertion that is not where the settings say. */
  readonly assertions: string;
  /** For who connects an agent: the short form, and what to do instead. */
  readonly agents: { readonly label: string; readonly detail: string };
}

/** @returns undefined where the extension runs on the machine that the window works on */
export function remoteNotes(
  { isUsersMachine }: EditorPlace,
  extensionId: string,
  remoteName: string | undefined,
): RemoteNotes | undefined {
  if (!isUsersMachine || remoteName === undefined) return undefined;
  const { t } = vscode.l10n;
  return {
    unreachable: `It was asked from your own computer, not from the remote: if only the remote reaches it, add "remote.extensionKind": {"${extensionId}": ["workspace"]} to your settings and reload the window.`,
    assertions: 'It was looked for on your own computer, not on the remote.',
    agents: {
      label: t('These addresses are your own computer’s, not the remote’s'),
      detail: t('For agents on the remote, run mcp-oauth-broker-headless there.'),
    },
  };
}
