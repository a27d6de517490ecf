import type { Commands } from '../editor/adapters/commands.js';
import { registerClientCommands } from '../editor/clients/clientCommands.js';
import type { ClientGuides } from '../editor/clients/clientGuide.js';
import { registerClientKeyCommand } from '../editor/clients/clientKeyCommand.js';
import { registerAccountCommands } from '../editor/commands/accountCommands.js';
import type { AddServer } from '../editor/commands/addServer.js';
import type { DiagnoseServer } from '../editor/commands/diagnoseServer.js';
import { registerServerCommands } from '../editor/commands/serverCommands.js';
import { registerServerEntryCommands } from '../editor/commands/serverEntryCommands.js';
import {
  registerIdentityProviderCommands,
  registerSignInCommands,
} from '../editor/commands/signInCommands.js';
import { registerToolCallCommands } from '../editor/commands/toolCallCommands.js';
import { registerToolCommands } from '../editor/commands/toolCommands.js';
import { copyInstallBadge } from '../editor/links/copyInstallBadge.js';
import { CallbackPaste } from '../editor/signIn/callbackPaste.js';
import { ScopeChoice } from '../editor/signIn/scopeChoice.js';
import type { ToolCallsView } from '../editor/views/toolCallsView.js';
import type { Bundles } from './editorParts.js';

/** The parts that commands open. */
export interface OpenedByCommands {
  readonly addServer: AddServer;
  readonly diagnosis: DiagnoseServer;
  readonly guides: ClientGuides;
  readonly toolCallsView: ToolCallsView;
}

/** Registers the commands of servers, accounts, clients, tools and their calls. */
export function registerCommands(
  commands: Commands,
  { platform, core, editor }: Bundles,
  { addServer, diagnosis, guides, toolCallsView }: OpenedByCommands,
  extensionId: string,
): void {
  const { settings, toolRules, takeOver, clock, log } = platform;
  const { authorizedFetch, credentials, states, signOuts, admissions, http } = core;
  const { answers, choice, statuses, naming, personalSignIn, ledger } = editor;
  const { clientSecrets } = answers;
  registerSignInCommands(commands, {
    choice,
    personalSignIn,
    scopeChoice: new ScopeChoice(credentials, { http, clock, discovery: answers }),
    callbackPaste: new CallbackPaste(core.callbacks),
    states,
  });
  registerAccountCommands(commands, { choice, credentials, personalSignIn, signOuts, naming });
  registerIdentityProviderCommands(commands, { settings, states, personalSignIn, signOuts });
  registerServerCommands(commands, {
    ...{ choice, statuses, settings, log, diagnosis, takeOver },
    ...{ authorizedFetch, states, clock, http, answers },
  });
  registerToolCallCommands(commands, { ledger, clock, view: toolCallsView });
  registerToolCommands(commands, { choice, toolRules, toolLists: core.profiles });
  registerClientKeyCommand(commands, choice, clientSecrets);
  registerServerEntryCommands(commands, {
    ...{ settings, toolRules, credentials, signOuts, personalSignIn, clientSecrets, admissions },
    otherLists: () => statuses.displaced.lists,
  });
  registerClientCommands(commands, { choice, settings, clientSecrets, extensionId, guides });
  commands.register('addServer', () => addServer.run());
  commands.register('copyInstallBadge', (row) => copyInstallBadge(row, { settings, extensionId }));
}
