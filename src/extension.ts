import * as vscode from 'vscode';
import { RememberedAccountChoice } from './broker/accounts/accountChoice.js';
import { TombstonePruning } from './broker/accounts/tombstonePruning.js';
import { AssertionInFile } from './broker/tokens/assertionFile.js';
import { CallLedger } from './broker/calls/callLedger.js';
import type { Disposable } from './base/clock.js';
import { connectedClients } from './connectedClients.js';
import { createCore } from './core.js';
import { AccountNaming } from './editor/signIn/accountNaming.js';
import { agentSettings } from './editor/settings/agentSettings.js';
import { askedInEditor } from './editor/signIn/askedInEditor.js';
import { authenticationProviderId, BrokerAuthenticationProvider } from './editor/authenticationProvider.js';
import { editorBrowser, type BrowserLauncher } from './editor/signIn/browserLauncher.js';
import { callbackUriOf } from './editor/signIn/callbackWays.js';
import { LinkRouter } from './editor/links/linkRouter.js';
import { McpServerDefinitions, registerDefinitions } from './editor/mcpServerDefinitions.js';
import { editorAnswers } from './editor/signIn/signInQuestions.js';
import { EditorMemory } from './editor/adapters/storage.js';
import { PersonalSignIn } from './editor/signIn/personalSignIn.js';
import { EditorRedirectUris } from './editor/adapters/redirectUris.js';
import { ServerChoice } from './editor/signIn/serverChoice.js';
import { recordsArguments } from './editor/settings/serverSettings.js';
import { serverStatuses } from './editor/views/serverStatuses.js';
import { MachineAssertionFiles } from './node/assertionFiles.js';
import { BridgeFiles } from './node/clients/bridgeFiles.js';
import { handlerFault } from './node/clients/editorInstallation.js';
import { createPlatform } from './platform.js';
import { Surfaces } from './editor/surfaces.js';
import { Agents } from './relay/agents/agents.js';

/** Builds the parts by hand and registers them. Nothing is asked of the network and nothing listens until it is needed. */
export function activate(context: vscode.ExtensionContext) {
  const own = <T extends Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const platform = createPlatform(context, vscode.env.remoteName);
  const { place, log, notes, secrets, directory, storage, memory, settings, toolRules, takeOver, registry, clock } = platform; // prettier-ignore
  const answers = own(editorAnswers(settings, secrets, memory, clock));
  const ledger = own(new CallLedger(platform.calls, log));
  const browser: BrowserLauncher = editorBrowser(place, clock, () => ({ ...core, personalSignIn }));
  const asked = askedInEditor({ ...storage, place, memory, clock, personalSignIn: () => personalSignIn });
  const core = own(
    createCore({
      answers,
      memory,
      servers: () => settings.servers,
      secrets,
      hearsAllWindows: secrets.tellsAllWindows,
      refreshEarliness: platform.earliness,
      ...storage,
      accountChoice: new RememberedAccountChoice(new EditorMemory(context.workspaceState)),
      clock,
      log,
      network: platform.network,
      assertions: new AssertionInFile(new MachineAssertionFiles(), notes?.assertions),
      identityProviderSetting: () => settings.identityProvider,
      ...asked,
      cardBrowser: browser,
      recording: { ledger, recordsArguments },
      toolRules,
      redirects: (loopback) => new EditorRedirectUris(context, place, handlerFault, loopback),
    }),
  );
  const { credentials, states, relay, signIns, signOuts } = core;
  const naming = own(new AccountNaming({ ...core, ...storage, clock }));
  const personalSignIn: PersonalSignIn = new PersonalSignIn(signIns, states, browser, naming);
  own(new TombstonePruning({ ...core, secrets, settings }));
  const statuses = own(serverStatuses(context, settings, states, credentials, clock));
  const choice = new ServerChoice(settings, statuses);
  const callbackUri = own(callbackUriOf({ ...core, ...storage, secrets, place, clock, log }));
  const accounts = own(new BrokerAuthenticationProvider(settings, credentials, relay, choice, personalSignIn, signOuts)); // prettier-ignore
  const agents = own(new Agents({ ...core, servers: () => settings.servers, disabled: () => settings.disabled, settings: agentSettings, ...storage, clock, log })); // prettier-ignore
  const bridge = new BridgeFiles(directory, context.asAbsolutePath('dist/bridge.js'));
  const definitions = own(
    new McpServerDefinitions(settings, statuses.displaced.watching(relay), bridge, { clock, log }),
  );
  const clients = connectedClients(core, platform, bridge);
  const surfaces = own(new Surfaces(context, { ...core, ...storage, ...platform.others, memory, settings, toolRules, takeOver, registry, remoteNotes: notes, agents, bridge, connectedClients: clients, statuses, choice, naming, personalSignIn, answers, ledger, clock, log })); // prettier-ignore
  const links = new LinkRouter(callbackUri, surfaces.linkHandlers, log);
  own(vscode.window.registerUriHandler(links));
  own(registerDefinitions(definitions));
  own(vscode.authentication.registerAuthenticationProvider(authenticationProviderId, 'MCP OAuth', accounts, { supportsMultipleAccounts: true })); // prettier-ignore

  // The tests inside the extension host drive the very parts that are registered; nobody else gets any.
  if (context.extensionMode !== vscode.ExtensionMode.Test) return undefined;
  return { answers, settings, credentials, states, signIns, signOuts, callbackUri, links, definitions, accounts, statuses, tree: surfaces.tree, authorizedFetch: core.authorizedFetch, toolRules, profiles: core.profiles, toolScopes: core.toolScopes, relay, agents, connections: clients.connections, context }; // prettier-ignore
}
