import * as vscode from 'vscode';
import { directGrantOf } from '../broker/settings/grantChoice.js';
import { identityProviderAsServer } from '../broker/settings/identityProviderSetting.js';
import type { ServerConfig } from '../broker/settings/serverSettings.js';
import type { ServerStates } from '../broker/status/serverStates.js';
import type { SignOuts } from '../broker/signIn/signOut.js';
import type { Commands } from './commands.js';
import { notifications } from './notifications.js';
import type { PersonalSignIn } from './personalSignIn.js';
import { openIdentityProviderSetting, type EditorServerSettings } from './serverSettings.js';
import { showSignOut } from './signOutReport.js';

export interface IdentityProviderCommandParts {
  readonly settings: Pick<EditorServerSettings, 'identityProvider' | 'servers'>;
  readonly states: ServerStates;
  readonly personalSignIn: Pick<PersonalSignIn, 'signIn'>;
  readonly signOuts: SignOuts;
}

/** “Sign In to Identity Provider…” and “Sign Out of Identity Provider…”: one sign-in for all servers that take its word. */
export function registerIdentityProviderCommands(
  commands: Commands,
  parts: IdentityProviderCommandParts,
): void {
  commands.register('signInToIdentityProvider', async () => {
    const provider = await configured(parts);
    if (provider === undefined) return;
    const outcome = await parts.personalSignIn.signIn(provider);
    // What servers were seen to want, they have to be asked again.
    if (outcome.kind === 'signedIn') for (const server of takingItsWord(parts)) parts.states.forget(server);
  });
  commands.register('signOutOfIdentityProvider', async () => {
    const provider = await configured(parts);
    if (provider === undefined) return;
    const receipt = await parts.signOuts.signOut(provider);
    // Tokens that its word has got are this sign-in's too.
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
    'No identity provider is configured: put its issuer and your client id into the setting mcpOAuthBroker.enterpriseIdentityProvider.',
  );
  if ((await notifications.information(message, openSettings)) === openSettings)
    await openIdentityProviderSetting();
  return undefined;
}
