import * as vscode from 'vscode';
import { directGrantOf, isUnattended } from '../broker/grantChoice.js';
import type { ToolConsent } from '../broker/toolConsent.js';
import { commandId, type Commands } from './commands.js';
import type { PersonalSignIn } from './personalSignIn.js';
import type { ScopeChoice } from './scopeChoice.js';
import type { ServerChoice } from './serverChoice.js';

/** “Sign In…”, “… with Scopes…”, “… with a Code…”, “Grant Access…” and “Cancel Sign-In”. */
export function registerSignInCommands(
  commands: Commands,
  choice: ServerChoice,
  personalSignIn: PersonalSignIn,
  scopeChoice: ScopeChoice,
): void {
  const { t } = vscode.l10n;

  commands.register('signIn', async (row) => {
    const server = await choice.choose(row, t('Sign in to which MCP server?'));
    if (server === undefined) return;
    // Where the client calls for itself there is nobody to sign in; whether it can, a check tells.
    if (directGrantOf(server) === 'enterpriseManaged') {
      await vscode.commands.executeCommand(commandId('signInToIdentityProvider'));
    } else if (isUnattended(server))
      await vscode.commands.executeCommand(commandId('checkServer'), server.name);
    else await personalSignIn.signIn(server);
  });

  commands.register('signInWithCode', async (row) => {
    const server = await choice.choose(row, t('Sign in to which MCP server?'));
    if (server !== undefined) await personalSignIn.signInWithCode(server);
  });

  commands.register('grantScopes', async (row) => {
    const server = await choice.choose(
      row,
      t('Grant more access to which MCP server?'),
      ({ status }) => status === 'needsScopes',
      t('No MCP server has asked for more access.'),
    );
    if (server === undefined) return;
    const needed = scopesLackingAt(row);
    if (needed === undefined) await personalSignIn.signIn(server);
    else await personalSignIn.signInFor(server, needed);
  });

  commands.register('signInWithScopes', async (row) => {
    const server = await choice.choose(row, t('Sign in to which MCP server?'));
    const scopes = server && (await scopeChoice.choose(server));
    if (server !== undefined && scopes !== undefined) await personalSignIn.signInWithScopes(server, scopes);
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
