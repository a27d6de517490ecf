import type { CredentialStore } from '../broker/accounts/credentialStore.js';
import type { PendingCallbacks } from '../broker/callbacks/pendingCallbacks.js';
import type { SignOuts } from '../broker/signIn/signOut.js';
import type { Network } from '../oauth/httpContext.js';
import { registerAccountCommands } from './commands/accountCommands.js';
import type { AccountNaming } from './signIn/accountNaming.js';
import type { AddServer } from './commands/addServer.js';
import { CallbackPaste } from './signIn/callbackPaste.js';
import { registerClientKeyCommand } from './clients/clientKeyCommand.js';
import { registerClientCommands, type ClientCommandParts } from './clients/clientCommands.js';
import type { Commands } from './adapters/commands.js';
import { copyInstallBadge } from './links/copyInstallBadge.js';
import type { EditorAnswers } from './signIn/signInQuestions.js';
import type { PersonalSignIn } from './signIn/personalSignIn.js';
import { ScopeChoice } from './signIn/scopeChoice.js';
import { registerServerEntryCommands, type ServerEntryCommandParts } from './commands/serverEntryCommands.js';
import { registerServerCommands, type ServerCommandParts } from './commands/serverCommands.js';
import type { EditorServerSettings } from './settings/serverSettings.js';
import { registerIdentityProviderCommands, registerSignInCommands } from './commands/signInCommands.js';
import { registerToolCallCommands, type ToolCallParts } from './commands/toolCallCommands.js';
import { registerToolCommands, type ToolCommandParts } from './commands/toolCommands.js';
import type { EditorToolRules } from './settings/toolRuleSettings.js';

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
  readonly toolRules: EditorToolRules;
  readonly admissions: ServerEntryCommandParts['admissions'];
  readonly guides: ClientCommandParts['guides'];
  readonly otherLists: ServerEntryCommandParts['otherLists'];
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
  registerServerEntryCommands(commands, { ...parts, clientSecrets: answers.clientSecrets });
  registerClientCommands(commands, { ...parts, clientSecrets: answers.clientSecrets });
  commands.register('addServer', () => parts.addServer.run());
  commands.register('copyInstallBadge', (row) => copyInstallBadge(row, parts));
}
