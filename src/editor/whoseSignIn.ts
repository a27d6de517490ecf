import * as vscode from 'vscode';
import type { UnnamedAnswer } from '../broker/accounts/accountChange.js';
import { accountKeyOf, accountLabel, type Credential } from '../broker/accounts/credential.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import { absoluteTime } from './relativeTime.js';
import { plain } from './plainWords.js';

/** Asks whether a sign-in that the server names nobody for renews an account or adds one. */
export async function askWhoseSignIn(
  server: ServerConfig,
  accounts: readonly Credential[],
  window: Pick<typeof vscode.window, 'showQuickPick'> = vscode.window,
): Promise<UnnamedAnswer> {
  const { t } = vscode.l10n;
  const items: (vscode.QuickPickItem & { readonly answer: UnnamedAnswer })[] = accounts.map((one) => ({
    label: `$(sync) ${t('Replace {0}', plain(accountLabel(one)))}`,
    description: t('signed in {0}', absoluteTime(one.signedInAt ?? one.obtainedAt)),
    answer: { renews: accountKeyOf(one) },
  }));
  items.push({ label: `$(add) ${t('Add as another account')}`, answer: 'another' });
  const picked = await window.showQuickPick(items, {
    title: plain(server.name),
    placeHolder: t('{0} does not say whose account you signed in with. Which one is it?', plain(server.name)),
    ignoreFocusOut: true,
  });
  return picked?.answer ?? 'neither';
}
