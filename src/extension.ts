import * as vscode from 'vscode';
import { RememberedAccountChoice } from './broker/accounts/accountChoice.js';
import { TombstonePruning } from './broker/accounts/tombstonePruning.js';
import { AssertionInFile } from './broker/tokens/assertionFile.js';
import { EditorAccountTokens } from './broker/tokens/editorAccountTokens.js';
import { CallLedger } from './broker/calls/callLedger.js';
import type { Disposable } from './broker/ports.js';
import { createCore } from './core.js';
import { agentSettings } from './editor/agentSettings.js';
import { authenticationProviderId, BrokerAuthenticationProvider } from './editor/authenticationProvider.js';
import { BrowserLauncher } from './editor/browserLauncher.js';
import { CallbackUri } from './editor/callbackUri.js';
import { NotificationConsentPrompt } from './editor/consentPrompt.js';
import { displacedServers } from './editor/displacedServers.js';
import { definitionProviderId, McpServerDefinitions } from './editor/mcpServerDefinitions.js';
import { editorAnswers } from './editor/editorAnswers.js';
import { OwnAccounts } from './editor/editorAccounts.js';
import { editorPlace } from './editor/editorPlace.js';
import { EditorMemory } from './editor/memory.js';
import { OutputLog } from './editor/outputLog.js';
import { confirmAccountChange, PersonalSignIn } from './editor/personalSignIn.js';
import { callbackEditor, EditorRedirectUris } from './editor/redirectUris.js';
import { EditorSecretStore } from './editor/secretStorage.js';
import { ServerChoice } from './editor/serverChoice.js';
import { EditorServerSettings, recordsArguments } from './editor/serverSettings.js';
import { ServerStatuses } from './editor/serverStatuses.js';
import { NotificationToolPrompt } from './editor/toolPrompt.js';
import { EditorToolRules } from './editor/toolRuleSettings.js';
import { MachineAssertionFiles } from './node/assertionFiles.js';
import { BridgeFiles } from './node/bridgeFiles.js';
import { machineFetch } from './node/machineFetch.js';
import { machineStorage } from './node/machineStorage.js';
import { refreshEarliness } from './node/refreshEarliness.js';
import { Surfaces } from './editor/surfaces.js';
import { systemClock } from './node/systemClock.js';
import { systemResolver } from './node/systemResolver.js';
import { Agents } from './relay/agents.js';

/** Builds the parts by hand and registers them. Nothing is asked of the network and nothing listens until it is needed. */
export function activate(context: vscode.ExtensionContext) {
  const own = <T extends Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const clock = systemClock;
  const log = own(new OutputLog());
  const secrets = new EditorSecretStore(context.secrets, clock, log);
  const { calls, ...storage } = machineStorage(context.globalStorageUri.fsPath, { secrets, clock, log });

  const settings = own(new EditorServerSettings());
  const toolRules = own(new EditorToolRules());
  const memory = new EditorMemory(context.globalState);
  const answers = own(editorAnswers(settings, secrets, memory, clock));
  const ledger = own(new CallLedger(calls, log));
  const core = own(
    createCore({
      answers,
      memory,
      servers: () => settings.servers,
      secrets,
      hearsAllWindows: secrets.tellsAllWindows,
      refreshEarliness: refreshEarliness(editorPlace(context.extension).isUsersMachine),
      ...storage,
      accountChoice: new RememberedAccountChoice(new EditorMemory(context.workspaceState)),
      clock,
      log,
      network: { fetch: machineFetch, resolver: systemResolver },
      assertions: new AssertionInFile(new MachineAssertionFiles()),
      identityProviderSetting: () => settings.identityProvider,
      editorAccounts: new EditorAccountTokens(new OwnAccounts(), clock),
      consentPrompt: (credentials) => new NotificationConsentPrompt(credentials, () => personalSignIn),
      confirmAccountChange,
      recording: { ledger, recordsArguments },
      toolRules,
      toolPrompt: new NotificationToolPrompt(),
      translate: vscode.l10n.t,
      redirects: (relay) => new EditorRedirectUris(context.extension.id, relay),
    }),
  );
  const { credentials, states, relay, signIns, signOuts } = core;
  const personalSignIn: PersonalSignIn = new PersonalSignIn(signIns, states, new BrowserLauncher(clock));

  own(new TombstonePruning({ ...core, secrets, settings }));
  const displaced = own(displacedServers(context, settings));
  const statuses = own(new ServerStatuses(settings, states, credentials, clock, displaced));
  const choice = new ServerChoice(settings, statuses);
  const callbackUri = own(new CallbackUri(core.callbacks, secrets, clock, log, callbackEditor()));
  const definitions = own(new McpServerDefinitions(settings, displaced.watching(relay)));
  const accounts = own(new BrokerAuthenticationProvider(settings, credentials, relay, choice, personalSignIn, signOuts)); // prettier-ignore
  const agents = own(new Agents({ ...core, servers: () => settings.servers, settings: agentSettings, ...storage, clock, log })); // prettier-ignore
  const bridge = new BridgeFiles(context.globalStorageUri.fsPath, context.asAbsolutePath('dist/bridge.js'));
  const surfaces = own(new Surfaces(context, { ...core, ...storage, memory, agents, bridge, settings, statuses, choice, personalSignIn, answers, toolRules, ledger, clock, log })); // prettier-ignore
  own(vscode.window.registerUriHandler(callbackUri));
  own(vscode.lm.registerMcpServerDefinitionProvider(definitionProviderId, definitions));
  own(vscode.authentication.registerAuthenticationProvider(authenticationProviderId, 'MCP OAuth', accounts, { supportsMultipleAccounts: true })); // prettier-ignore

  // The tests inside the extension host drive the very parts that are registered; nobody else gets any.
  if (context.extensionMode !== vscode.ExtensionMode.Test) return undefined;
  return { answers, settings, credentials, states, signIns, signOuts, callbackUri, definitions, accounts, statuses, tree: surfaces.tree, toolRules, profiles: core.profiles, toolScopes: core.toolScopes, relay, agents, context }; // prettier-ignore
}
