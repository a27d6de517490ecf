import * as vscode from 'vscode';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { ServerStates } from '../broker/status/serverStates.js';
import type { ToolConsent } from '../broker/tools/toolConsent.js';
import type { CallbackPaste } from './callbackPaste.js';
import type { Commands } from './commands.js';
import type { PersonalSignIn } from './personalSignIn.js';
import type { ScopeChoice } from './scopeChoice.js';
import type { ServerChoice } from './serverChoice.js';
import { insteadOfSignIn } from './insteadOfSignIn.js';

/** “Sign In…”, “… with Scopes…”, “… with a Code…”, “Grant Access…”, “Paste Callback Address…” and “Cancel Sign-In”. */
export function registerSignInCommands(
  commands: Commands,
  choice: ServerChoice,
  personalSignIn: PersonalSignIn,
  scopeChoice: ScopeChoice,
  callbackPaste: CallbackPaste,
  states: Pick<ServerStates, 'showAttempt'>,
): void {
  const { t } = vscode.l10n;

  /** A server that somebody signs in to; what is done in its place at another one is done. */
  const chosen = async (row: unknown): Promise<ServerConfig | undefined> => {
    const server = await choice.choose(row, t('Sign in to which MCP server?'));
    if (server === undefined || (await insteadOfSignIn(server))) return undefined;
    return server;
  };

  commands.register('signIn', async (row) => {
    const server = await chosen(row);
    if (server !== undefined) await personalSignIn.signIn(server);
  });

  commands.register('signInWithCode', async (row) => {
    const server = await chosen(row);
    if (server !== undefined) await personalSignIn.signInWithCode(server);
  });

  commands.register('grantScopes', async (row) => {
    const server = await choice.choose(
      row,
      t('Grant more access to which MCP server?'),
      ({ status }) => status === 'needsScopes',
      t('No MCP server has asked for more access.'),
    );
    if (server === undefined || (await insteadOfSignIn(server))) return;
    const needed = scopesLackingAt(row);
    if (needed === undefined) await personalSignIn.signIn(server);
    else await personalSignIn.signInFor(server, needed);
  });

  commands.register('signInWithScopes', async (row) => {
    const server = await chosen(row);
    const scopes = server && (await scopeChoice.choose(server));
    if (server !== undefined && scopes !== undefined) await personalSignIn.signInWithScopes(server, scopes);
  });

  // Which sign-in it is for is in the address.
  commands.register('pasteCallback', () => callbackPaste.ask());

  commands.register('dismissAttempt', async (row) => {
    const server = await choice.choose(
      row,
      t('Dismiss how the last sign-in to which MCP server ended?'),
      ({ lastAttempt }) => lastAttempt !== undefined,
      t('There is no failed or declined sign-in to dismiss.'),
    );
    if (server !== undefined) states.showAttempt(server, undefined);
  });

  commands.register('cancelSignIn', async (row) => {
    const server = await choice.choose(
      row,
      t('Cancel the sign-in to which MCP server?'),
      ({ status }) => status === 'awaitingConsent',
      t('No sign-in is under way.'),
    );
    if (server !== undefined) personalSignIn.cancel(server);
  });
}

/** What a tool lacks, where the command was chosen at its row. */
function scopesLackingAt(row: unknown): readonly string[] | undefined {
  if (typeof row !== 'object' || row === null || !('consent' in row)) return undefined;
  const missing = (row.consent as Partial<ToolConsent> | undefined)?.missing ?? [];
  return missing.length > 0 ? missing : undefined;
}
