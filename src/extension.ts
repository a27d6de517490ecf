import path from 'node:path';
import * as vscode from 'vscode';
import { AssertionInFile } from './broker/assertionFile.js';
import { EditorAccountTokens } from './broker/editorAccountTokens.js';
import type { Disposable } from './broker/ports.js';
import { createCore } from './core.js';
import { agentSettings } from './editor/agentSettings.js';
import { authenticationProviderId, BrokerAuthenticationProvider } from './editor/authenticationProvider.js';
import { BrowserLauncher } from './editor/browserLauncher.js';
import { CallbackUri } from './editor/callbackUri.js';
import { Commands } from './editor/commands.js';
import { NotificationConsentPrompt } from './editor/consentPrompt.js';
import { definitionProviderId, McpServerDefinitions } from './editor/mcpServerDefinitions.js';
import { editorAnswers } from './editor/editorAnswers.js';
import { OwnAccounts } from './editor/editorAccounts.js';
import { EditorMemory } from './editor/memory.js';
import { OutputLog } from './editor/outputLog.js';
import { confirmAccountChange, PersonalSignIn } from './editor/personalSignIn.js';
import { callbackEditor, EditorRedirectUris } from './editor/redirectUris.js';
import { registerAgents } from './editor/registerAgents.js';
import { registerCommands } from './editor/registerCommands.js';
import { EditorSecretStore } from './editor/secretStorage.js';
import { ServerChoice } from './editor/serverChoice.js';
import { EditorServerSettings } from './editor/serverSettings.js';
import { ServerStatuses } from './editor/serverStatuses.js';
import { ServersTree } from './editor/serversTree.js';
import { SettingsProblems } from './editor/settingsProblems.js';
import { StatusBar } from './editor/statusBar.js';
import { DiagnoseServer } from './editor/diagnoseServer.js';
import { MachineAssertionFiles } from './node/assertionFiles.js';
import { BridgeFiles } from './node/bridgeFiles.js';
import { FileLock } from './node/fileLock.js';
import { SealedFiles } from './node/sealedFiles.js';
import { machineFetch } from './node/machineFetch.js';
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
  const secrets = new EditorSecretStore(context.secrets);
  const lock = new FileLock(path.join(context.globalStorageUri.fsPath, 'locks'), log);
  const sealed = new SealedFiles(path.join(context.globalStorageUri.fsPath, 'credentials'), secrets, log);

  const settings = own(new EditorServerSettings());
  const memory = new EditorMemory(context.globalState);
  const answers = own(editorAnswers(settings, secrets, memory, clock));
  const core = own(
    createCore({
      answers,
      memory,
      servers: () => settings.servers,
      secrets,
      hearsAllWindows: secrets.tellsAllWindows,
      sharedRecords: sealed,
      lock,
      clock,
      log,
      network: { fetch: machineFetch, resolver: systemResolver },
      assertions: new AssertionInFile(new MachineAssertionFiles()),
      identityProviderSetting: () => settings.identityProvider,
      editorAccounts: new EditorAccountTokens(new OwnAccounts(), clock),
      consentPrompt: (credentials) => new NotificationConsentPrompt(credentials, () => personalSignIn),
      confirmAccountChange,
      redirects: (relay) => new EditorRedirectUris(context.extension.id, relay),
    }),
  );
  const { credentials, states, relay, signIns, signOuts, http } = core;
  const personalSignIn: PersonalSignIn = new PersonalSignIn(signIns, states, new BrowserLauncher(clock));

  const statuses = own(new ServerStatuses(settings, states, credentials, clock));
  const choice = new ServerChoice(settings, statuses);
  const callbackUri = own(new CallbackUri(core.callbacks, secrets, clock, log, callbackEditor()));
  const definitions = own(new McpServerDefinitions(settings, relay));
  const accounts = own(new BrokerAuthenticationProvider(settings, credentials, relay, choice, personalSignIn, signOuts)); // prettier-ignore
  const tree = own(new ServersTree(statuses, settings));
  const diagnosis = own(new DiagnoseServer(context, { credentials, http, clock, discovery: answers }));
  const commands = own(new Commands(log));
  registerCommands(commands, { ...core, diagnosis, settings, statuses, choice, personalSignIn, answers, log, extensionId: context.extension.id }); // prettier-ignore
  const agents = own(new Agents({ relay, servers: () => settings.servers, records: sealed, settings: agentSettings, lock, clock, log })); // prettier-ignore
  own(registerAgents(commands, { ...core, agents, settings, personalSignIn, clock, bridge: new BridgeFiles(path.join(context.globalStorageUri.fsPath, 'agents'), context.asAbsolutePath('dist/bridge.js')) })); // prettier-ignore
  own(new StatusBar(statuses));
  own(new SettingsProblems(settings));
  own(vscode.window.registerUriHandler(callbackUri));
  own(vscode.window.registerTreeDataProvider('mcpOAuthBroker.servers', tree));
  own(vscode.lm.registerMcpServerDefinitionProvider(definitionProviderId, definitions));
  own(vscode.authentication.registerAuthenticationProvider(authenticationProviderId, 'MCP OAuth', accounts, { supportsMultipleAccounts: true })); // prettier-ignore

  // The tests inside the extension host drive the very parts that are registered; nobody else gets any.
  if (context.extensionMode !== vscode.ExtensionMode.Test) return undefined;
  return { answers, settings, credentials, states, signIns, signOuts, callbackUri, definitions, accounts, statuses, tree, relay, agents, context }; // prettier-ignore
}
