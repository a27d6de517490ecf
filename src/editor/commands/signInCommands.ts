import * as vscode from 'vscode';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { ServerStates } from '../../broker/status/serverStates.js';
import type { ToolConsent } from '../../broker/tools/toolConsent.js';
import type { CallbackPaste } from '../signIn/callbackPaste.js';
import type { Commands } from '../adapters/commands.js';
import { insteadOfSignIn, type PersonalSignIn } from '../signIn/personalSignIn.js';
import type { ScopeChoice } from '../signIn/scopeChoice.js';
import type { ServerChoice } from '../signIn/serverChoice.js';
import { directGrantOf } from '../../broker/settings/grant.js';
import { identityProviderAsServer } from '../../broker/settings/identityProviderSetting.js';
import type { SignOuts } from '../../broker/signIn/signOut.js';
import { notifications } from '../adapters/notifications.js';
import { openIdentityProviderSetting, type EditorServerSettings } from '../settings/serverSettings.js';
import { showSignOut } from '../signIn/signOutReport.js';

export interface SignInCommandParts {
  readonly choice: ServerChoice;
  readonly personalSignIn: PersonalSignIn;
  readonly scopeChoice: ScopeChoice;
  readonly callbackPaste: CallbackPaste;
  readonly states: ServerStates;
}

/**
 * Registers “Sign In…”, “… with Scopes…”, “… with a Code…”, “Grant Access…”, “Paste Callback Address…” and
 * “Cancel Sign-In”.
 */
export function registerSignInCommands(commands: Commands, parts: SignInCommandParts): void {
  const { choice, personalSignIn, scopeChoice, callbackPaste, states } = parts;
  const { t } = vscode.l10n;

  /**
   * Returns a server that has a sign-in. If the chosen server has none, it does what replaces the sign-in
   * there.
   */
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

  // The pasted address identifies the sign-in.
  commands.register('pasteCallback', () => callbackPaste.ask());

  commands.register('dismissAttempt', async (row) => {
    const server = await choice.choose(
      row,
      t('Dismiss the last sign-in result of which MCP server?'),
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
      t('No sign-in is in progress.'),
    );
    if (server !== undefined) personalSignIn.cancel(server);
  });
}

/** Returns the scopes that a tool lacks, if the command was run on its row. */
function scopesLackingAt(row: unknown): readonly string[] | undefined {
  if (typeof row !== 'object' || row === null || !('consent' in row)) return undefined;
  const missing = (row.consent as Partial<ToolConsent> | undefined)?.missing ?? [];
  return missing.length > 0 ? missing : undefined;
}

export interface IdentityProviderCommandParts {
  readonly settings: EditorServerSettings;
  readonly states: ServerStates;
  readonly personalSignIn: PersonalSignIn;
  readonly signOuts: SignOuts;
}

/**
 * Registers “Sign In to Identity Provider…” and “Sign Out of Identity Provider…”, which share one sign-in
 * among all servers that accept the provider's assertions.
 */
export function registerIdentityProviderCommands(
  commands: Commands,
  parts: IdentityProviderCommandParts,
): void {
  commands.register('signInToIdentityProvider', async () => {
    const provider = await configured(parts);
    if (provider === undefined) return;
    const outcome = await parts.personalSignIn.signIn(provider);
    // The observed statuses of these servers are outdated after the sign-in.
    if (outcome.kind === 'signedIn') for (const server of takingItsWord(parts)) parts.states.forget(server);
  });
  commands.register('signOutOfIdentityProvider', async () => {
    const provider = await configured(parts);
    if (provider === undefined) return;
    const receipt = await parts.signOuts.signOut(provider);
    // Tokens that were obtained with the provider's assertions belong to this sign-in too.
    for (const server of takingItsWord(parts)) await parts.signOuts.signOut(server);
    showSignOut(provider, receipt);
  });
}

function takingItsWord({ settings }: IdentityProviderCommandParts): readonly ServerConfig[] {
  return settings.servers.filter((server) => directGrantOf(server) === 'enterpriseManaged');
}

async function configured({ settings }: IdentityProviderCommandParts): Promise<ServerConfig | undefined> {
  const { identityProvider } = settings;
  if (identityProvider !== undefined) return identityProviderAsServer(identityProvider);
  const openSettings = vscode.l10n.t('Open Settings');
  const message = vscode.l10n.t(
    'No identity provider is configured. Set its issuer and your client ID in mcpOAuthBroker.enterpriseIdentityProvider.',
  );
  if ((await notifications.information(message, openSettings)) === openSettings)
    await openIdentityProviderSetting();
  return undefined;
}
