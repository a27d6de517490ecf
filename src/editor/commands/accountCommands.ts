import * as vscode from 'vscode';
import type { CredentialStore } from '../../broker/accounts/credentialStore.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { SignOuts } from '../../broker/signIn/signOut.js';
import { noAccount } from '../../broker/accounts/accountChoice.js';
import { accountKeyOf, accountLabel } from '../../broker/accounts/credential.js';
import { hasAccounts } from '../../broker/status/consentStatus.js';
import { plain, type ChoiceWindow } from '../adapters/notifications.js';
import type { AccountNaming } from '../signIn/accountNaming.js';
import { AccountPick, type ServerChoice } from '../signIn/serverChoice.js';
import type { Commands } from '../adapters/commands.js';
import { insteadOfSignIn, type PersonalSignIn } from '../signIn/personalSignIn.js';
import { showSignOut } from '../signIn/signOutReport.js';

export interface AccountCommandParts {
  readonly choice: ServerChoice;
  readonly credentials: CredentialStore;
  readonly personalSignIn: { readonly signInAsAnother: PersonalSignIn['signInAsAnother'] };
  readonly signOuts: SignOuts;
  readonly naming: { readonly rename: AccountNaming['rename'] };
}

/** Registers “Switch Account…”, “Rename Account…”, “Remove Account…” and “Sign Out…”. */
export function registerAccountCommands(
  commands: Commands,
  parts: AccountCommandParts,
  window: ChoiceWindow = vscode.window,
): void {
  const { t } = vscode.l10n;
  const pick = new AccountPick(parts.credentials, window);
  const nobody = t('You are not signed in to any MCP server.');

  commands.register('switchAccount', async (row) => {
    const server = await parts.choice.choose(
      row,
      t('Switch the account of which MCP server?'),
      hasAccounts,
      nobody,
    );
    if (server !== undefined) await switchAccount(server, row, pick, parts);
  });

  commands.register('renameAccount', async (row) => {
    const server = await parts.choice.choose(
      row,
      t('Rename an account of which MCP server?'),
      hasAccounts,
      nobody,
    );
    if (server !== undefined) await renameAccount(server, row, pick, parts);
  });

  for (const command of ['removeAccount', 'signOut'] as const) {
    commands.register(command, async (row) => {
      const server = await parts.choice.choose(row, t('Sign out of which MCP server?'), hasAccounts, nobody);
      if (server !== undefined) await removeAccount(server, row, pick, parts);
    });
  }
}

/** Switches the account, starting with the next call. */
async function switchAccount(
  server: ServerConfig,
  row: unknown,
  pick: AccountPick,
  { credentials, personalSignIn }: AccountCommandParts,
): Promise<void> {
  const { t } = vscode.l10n;
  const named = AccountPick.keyOf(row);
  const picked =
    named === undefined
      ? await pick.choose(
          server,
          t('Which account should this workspace use from the next call on?'),
          `$(add) ${t('Sign in as another account…')}`,
        )
      : { key: named };
  if (picked === undefined) return;
  if (picked === 'further') {
    if (!(await insteadOfSignIn(server))) await personalSignIn.signInAsAnother(server);
  } else await credentials.use(server.url, picked.key);
}

async function renameAccount(
  server: ServerConfig,
  row: unknown,
  pick: AccountPick,
  { naming }: AccountCommandParts,
): Promise<void> {
  const all = await pick.all(server);
  const [only, ...others] = all;
  const named = AccountPick.keyOf(row);
  const picked =
    named !== undefined
      ? { key: named }
      : only !== undefined && others.length === 0
        ? { key: accountKeyOf(only) }
        : await pick.choose(server, vscode.l10n.t('Rename which account?'));
  const credential = all.find((one) => accountKeyOf(one) === (picked !== 'further' && picked?.key));
  if (credential !== undefined) await naming.rename(server, credential);
}

/**
 * Ends one account's sign-in here and revokes its tokens; those of other accounts are kept. Calls continue
 * with another account only if the user chooses one.
 */
async function removeAccount(
  server: ServerConfig,
  row: unknown,
  pick: AccountPick,
  { credentials, signOuts }: AccountCommandParts,
): Promise<void> {
  const { t } = vscode.l10n;
  const all = await pick.all(server);
  const named = AccountPick.keyOf(row);
  const picked =
    named !== undefined
      ? { key: named }
      : all.length > 1
        ? await pick.choose(server, t('Sign out of which account?'), `$(sign-out) ${t('All accounts')}`)
        : ('further' as const);
  if (picked === undefined) return;
  const keys = picked === 'further' ? all.map(accountKeyOf) : [picked.key];
  if (keys.length === 0) showSignOut(server, { kind: 'notSignedIn' });
  const next = await whoActsNext(server, keys, pick, credentials);
  if (next.isCancelled) return;
  for (const key of keys) showSignOut(server, await signOuts.signOut(server, key, next.account));
}

/**
 * @param leaving the keys of the accounts that are signed out
 * @returns the key of an account, or {@link noAccount}; undefined if no other account would be used
 *   automatically
 */
async function whoActsNext(
  server: ServerConfig,
  leaving: readonly string[],
  pick: AccountPick,
  credentials: CredentialStore,
): Promise<{ readonly isCancelled: boolean; readonly account?: string }> {
  const { t } = vscode.l10n;
  const inUse = await credentials.get(server.url);
  const staying = (await pick.all(server)).filter((one) => !leaving.includes(accountKeyOf(one)));
  if (inUse === undefined || staying.length === 0 || !leaving.includes(accountKeyOf(inUse)))
    return { isCancelled: false };
  const question = t(
    'Calls act as {0}. Which account should they use after you sign out?',
    plain(accountLabel(inUse)),
  );
  const none = `$(circle-slash) ${t('No account: calls ask you to sign in')}`;
  const picked = await pick.choose(server, question, none, staying);
  if (picked === undefined) return { isCancelled: true };
  return { isCancelled: false, account: picked === 'further' ? noAccount : picked.key };
}
