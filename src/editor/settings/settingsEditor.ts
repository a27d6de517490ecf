import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.js';

/** How long the editor may take to show a file, in milliseconds; a remote file must be fetched. */
const showLimit = 10_000;

const files = {
  user: { command: 'workbench.action.openApplicationSettingsJson', end: '/User/settings.json' },
  remote: { command: 'workbench.action.openRemoteSettingsFile', end: '/Machine/settings.json' },
} as const;

/**
 * Opens a settings file in the editor, because only the editor knows its location.
 *
 * @returns undefined if the editor does not show it in time
 */
export async function openSettingsEditor(
  whose: keyof typeof files,
  clock: Clock,
): Promise<vscode.TextEditor | undefined> {
  const { command, end } = files[whose];
  const shown = Promise.withResolvers<vscode.TextEditor | undefined>();
  const look = (editor = vscode.window.activeTextEditor) => {
    if (editor?.document.uri.path.endsWith(end) === true) shown.resolve(editor);
  };
  // The command for the remote machine's file completes before the file is shown.
  const subscription = vscode.window.onDidChangeActiveTextEditor(look);
  const timer = clock.after(showLimit, () => shown.resolve(undefined));
  try {
    await vscode.commands.executeCommand(command);
    look();
    return await shown.promise;
  } finally {
    subscription.dispose();
    timer.dispose();
  }
}
