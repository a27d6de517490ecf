import * as vscode from 'vscode';
import { notifications } from './notifications.js';

/** Copies, and says so. @param what it is, as the notification begins */
export async function copyToClipboard(text: string, what: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  void notifications.information(vscode.l10n.t('{0} is in the clipboard.', what));
}
