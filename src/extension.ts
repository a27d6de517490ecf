import path from 'node:path';
import * as vscode from 'vscode';
import { AccessTokens } from './broker/accessTokens.js';
import { AuthorizedFetch } from './broker/authorizedFetch.js';
import { ClientStore } from './broker/clientStore.js';
import { CredentialStore } from './broker/credentialStore.js';
import { DirectGrants } from './broker/directGrants.js';
import { PendingCallbacks } from './broker/pendingCallbacks.js';
import type { Disposable } from './broker/ports.js';
import { ServerStates } from './broker/serverStates.js';
import { SignIns } from './broker/signIns.js';
import { SignOuts } from './broker/signOut.js';
import { authenticationProviderId, BrokerAuthenticationProvider } from './editor/authenticationProvider.js';
import { BrowserLauncher } from './editor/browserLauncher.js';
import { CallbackUri } from './editor/callbackUri.js';
import { Commands } from './editor/commands.js';
import { NotificationConsentPrompt } from './editor/consentPrompt.js';
import { definitionProviderId, McpServerDefinitions } from './editor/mcpServerDefinitions.js';
import { editorAnswers } from './editor/editorAnswers.js';
import { EditorMemory } from './editor/memory.js';
import { OutputLog } from './editor/outputLog.js';
import { confirmAccountChange, PersonalSignIn } from './editor/personalSignIn.js';
import { callbackEditor, EditorRedirectUris } from './editor/redirectUris.js';
import { registerCommands } from './editor/registerCommands.js';
import { EditorSecretStore } from './editor/secretStorage.js';
import { ServerChoice } from './editor/serverChoice.js';
import { EditorServerSettings } from './editor/serverSettings.js';
import { ServerStatuses } from './editor/serverStatuses.js';
import { ServersTree } from './editor/serversTree.js';
import { SettingsProblems } from './editor/settingsProblems.js';
import { StatusBar } from './editor/statusBar.js';
import { DiagnoseServer } from './editor/diagnoseServer.js';
import { FileLock } from './node/fileLock.js';
import { SealedFiles } from './node/sealedFiles.js';
import { machineFetch } from './node/machineFetch.js';
import { systemClock } from './node/systemClock.js';
import { systemResolver } from './node/systemResolver.js';
import { HttpSseTransport } from './relay/httpSseTransport.js';
import { Relay } from './relay/relay.js';

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
  const transport = own(new HttpSseTransport(machineFetch, (url) => settings.speaksSse(url)));
  const http = { fetch: transport.fetch, resolver: systemResolver };
  const callbacks = new PendingCallbacks();
  const credentials = own(new CredentialStore(secrets, log, sealed, secrets.tellsAllWindows));
  const clients = new ClientStore(secrets, clock);
  const states = own(new ServerStates(credentials, clock));
  const memory = new EditorMemory(context.globalState);
  const answers = own(editorAnswers(settings, secrets, memory, clock));
  const grants = new DirectGrants({ ...answers, clock, http });
  const tokens = new AccessTokens(credentials, states, lock, clock, log, http, grants);
  const authorizedFetch = new AuthorizedFetch(tokens, states, http.fetch, log, answers.metadata);

  const consentPrompt = new NotificationConsentPrompt(credentials, () => personalSignIn);
  const relay = own(
    new Relay({ servers: () => settings.servers, authorizedFetch, credentials, signIns: () => signIns, callbacks, consentPrompt, leaveUpstream: (id) => transport.leave(id), memory, clock, log }), // prettier-ignore
  );
  const redirects = new EditorRedirectUris(context.extension.id, relay);
  const signIns: SignIns = own(
    new SignIns(Object.assign(answers, { launcher: relay, redirects, callbacks, credentials, clients, lock, clock, log, http, confirmAccountChange }), states), // prettier-ignore
  );
  const signOuts = new SignOuts(credentials, states, signIns, lock, log, http);
  const personalSignIn: PersonalSignIn = new PersonalSignIn(signIns, states, new BrowserLauncher(clock));

  const statuses = own(new ServerStatuses(settings, states, credentials, clock));
  const choice = new ServerChoice(settings, statuses);
  const callbackUri = own(new CallbackUri(callbacks, secrets, clock, log, callbackEditor()));
  const definitions = own(new McpServerDefinitions(settings, relay));
  const accounts = own(new BrokerAuthenticationProvider(settings, credentials, relay, choice, personalSignIn, signOuts)); // prettier-ignore
  const tree = own(new ServersTree(statuses, settings));
  const diagnosis = own(new DiagnoseServer(context, { credentials, http, clock, discovery: answers }));
  registerCommands(own(new Commands(log)), { diagnosis, settings, states, statuses, choice, credentials, authorizedFetch, personalSignIn, signOuts, answers, log, http, extensionId: context.extension.id }); // prettier-ignore
  own(new StatusBar(statuses));
  own(new SettingsProblems(settings));
  own(vscode.window.registerUriHandler(callbackUri));
  own(vscode.window.registerTreeDataProvider('mcpOAuthBroker.servers', tree));
  own(vscode.lm.registerMcpServerDefinitionProvider(definitionProviderId, definitions));
  own(vscode.authentication.registerAuthenticationProvider(authenticationProviderId, 'MCP OAuth', accounts, { supportsMultipleAccounts: true })); // prettier-ignore

  // The tests inside the extension host drive the very parts that are registered; nobody else gets any.
  if (context.extensionMode !== vscode.ExtensionMode.Test) return undefined;
  return { answers, settings, credentials, states, signIns, signOuts, callbackUri, definitions, accounts, statuses, tree, relay, context }; // prettier-ignore
}
