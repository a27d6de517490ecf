import type { CredentialStore } from '../broker/accounts/credentialStore.js';
import type { PendingCallbacks } from '../broker/signIn/pendingCallbacks.js';
import type { SignOuts } from '../broker/signIn/signOut.js';
import type { Network } from '../oauth/httpContext.js';
import { registerAccountCommands } from './accountCommands.js';
import type { AccountNaming } from './accountNaming.js';
import type { AddServer } from './addServer.js';
import { CallbackPaste } from './callbackPaste.js';
import { registerClientKeyCommand } from './clientKeyCommand.js';
import { registerClientCommands } from './clientCommands.js';
import type { Commands } from './commands.js';
import { copyInstallBadge } from './links/copyInstallBadge.js';
import type { EditorAnswers } from './editorAnswers.js';
import type { PersonalSignIn } from './personalSignIn.js';
import { ScopeChoice } from './scopeChoice.js';
import { registerServerCommands, type ServerCommandParts } from './serverCommands.js';
import type { EditorServerSettings } from './serverSettings.js';
import { registerIdentityProviderCommands } from './identityProviderCommands.js';
import { registerSignInCommands } from './signInCommands.js';
import { registerToolCallCommands, type ToolCallParts } from './toolCallCommands.js';
import { registerToolCommands, type ToolCommandParts } from './toolCommands.js';

/** All that any command needs. */
export interface CommandParts extends ServerCommandParts, ToolCommandParts {
  readonly settings: EditorServerSettings;
  readonly credentials: CredentialStore;
  readonly naming: AccountNaming;
  readonly personalSignIn: PersonalSignIn;
  readonly callbacks: PendingCallbacks;
  readonly signOuts: SignOuts;
  readonly answers: EditorAnswers;
  readonly http: Network;
  readonly extensionId: string;
  readonly toolCalls: ToolCallParts;
  readonly addServer: AddServer;
}

/** Registers every command of the extension. */
export function registerCommands(commands: Commands, parts: CommandParts): void {
  const { credentials, personalSignIn, answers, http, clock, choice } = parts;
  const finding = { http, clock, discovery: answers };
  const scopeChoice = new ScopeChoice(credentials, finding);
  registerSignInCommands(
    commands,
    choice,
    personalSignIn,
    scopeChoice,
    new CallbackPaste(parts.callbacks),
    parts.states,
  );
  registerAccountCommands(commands, parts);
  registerIdentityProviderCommands(commands, parts);
  registerServerCommands(commands, parts);
  registerToolCallCommands(commands, parts.toolCalls);
  registerToolCommands(commands, parts);
  registerClientKeyCommand(commands, choice, answers.clientSecrets);
  registerClientCommands(commands, { ...parts, clientSecrets: answers.clientSecrets });
  commands.register('addServer', () => parts.addServer.run());
  commands.register('copyInstallBadge', (row) => copyInstallBadge(row, parts));
}
