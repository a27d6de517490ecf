import * as vscode from 'vscode';
import { accountKeyOf, accountLabel, type Credential } from '../broker/accounts/credential.js';
import type { CredentialStore } from '../broker/accounts/credentialStore.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import { plain } from './plainWords.js';

/** What was picked: an account by its key, or what stands below the accounts. */
export type PickedAccount = { readonly key: string } | 'further';

interface AccountItem extends vscode.QuickPickItem {
  readonly choice?: PickedAccount;
}

/** The accounts of a server, for what a command does with one of them. */
export class AccountPick {
  constructor(
    private readonly credentials: Pick<CredentialStore, 'all' | 'get'>,
    private readonly window: Pick<typeof vscode.window, 'showQuickPick'> = vscode.window,
  ) {}

  /** The account whose row a command was chosen at. */
  static keyOf(row: unknown): string | undefined {
    if (typeof row !== 'object' || row === null || !('account' in row)) return undefined;
    const { account } = row;
    if (typeof account !== 'object' || account === null || !('key' in account)) return undefined;
    return String(account.key);
  }

  async all(server: ServerConfig): Promise<readonly Credential[]> {
    return this.credentials.all(server.url);
  }

  /**
   * @param further what can be done beside, below the accounts, if anything
   * @param among the accounts to choose from; all of them if absent
   * @returns undefined where the person closed it
   */
  async choose(
    server: ServerConfig,
    placeHolder: string,
    further?: string,
    among?: readonly Credential[],
  ): Promise<PickedAccount | undefined> {
    const inUse = await this.credentials.get(server.url);
    const items: AccountItem[] = (among ?? (await this.all(server))).map((credential) => ({
      label: `$(account) ${plain(accountLabel(credential))}`,
      ...(credential.id === inUse?.id && { description: vscode.l10n.t('in use here') }),
      detail: plain(new URL(credential.as.issuer).host),
      choice: { key: accountKeyOf(credential) },
    }));
    if (further !== undefined) {
      items.push({ label: '', kind: vscode.QuickPickItemKind.Separator });
      items.push({ label: further, choice: 'further' });
    }
    const picked = await this.window.showQuickPick(items, { title: plain(server.name), placeHolder });
    return picked?.choice;
  }
}
