import type * as vscode from 'vscode';
import { TombstonePruning } from '../broker/accounts/tombstonePruning.js';
import type { ClientConnections } from '../broker/agents/clientConnections.js';
import type { CallbackUri } from '../editor/adapters/callbackUri.js';
import { BrokerAuthenticationProvider } from '../editor/authenticationProvider.js';
import { McpServerDefinitions } from '../editor/mcpServerDefinitions.js';
import { agentSettings } from '../editor/settings/agentSettings.js';
import { callbackUriOf } from '../editor/signIn/callbackWays.js';
import { ServerChoice } from '../editor/signIn/serverChoice.js';
import { serverStatuses, type ServerStatuses } from '../editor/views/serverStatuses.js';
import { BridgeFiles } from '../node/clients/bridgeFiles.js';
import { Agents } from '../relay/agents/agents.js';
import type { Core } from '../core/core.js';
import { connectedClients } from './connectedClients.js';
import { createEditorCore, type EditorCore } from './editorCore.js';
import type { Platform } from './platform.js';

/** The editor's parts of the broker: the user's sign-ins, servers, accounts and agents. */
interface EditorParts extends EditorCore {
  readonly statuses: ServerStatuses;
  readonly choice: ServerChoice;
  readonly callbackUri: CallbackUri;
  readonly accounts: BrokerAuthenticationProvider;
  readonly definitions: McpServerDefinitions;
  readonly agents: Agents;
  /** The commands with which agents without HTTP reach the broker. */
  readonly bridge: BridgeFiles;
  /** The connections of other vendors' clients. */
  readonly connections: ClientConnections;
}

/** The parts on which the views and the commands depend. */
export interface Bundles {
  readonly platform: Platform;
  readonly core: Core;
  readonly editor: EditorParts;
}

export function createBundles(context: vscode.ExtensionContext, platform: Platform): Bundles {
  const editorCore = createEditorCore(context, platform);
  const { core, personalSignIn } = editorCore;
  const { own, place, clock, log, secrets, settings, storage } = platform;
  const { credentials, states, relay, signOuts, callbacks } = core;
  own(new TombstonePruning({ credentials, secrets, settings }));
  const statuses = own(serverStatuses(context, settings, states, credentials, clock));
  const choice = new ServerChoice(settings, statuses);
  const { callbackNotices, agentNotices } = storage;
  const callbackUri = own(callbackUriOf({ callbacks, callbackNotices, secrets, place, clock, log }));
  const accounts = own(
    new BrokerAuthenticationProvider({
      settings,
      credentials,
      keys: relay,
      choice,
      personalSignIn,
      signOuts,
    }),
  );
  const agents = own(
    new Agents({
      relay,
      servers: () => settings.servers,
      disabled: () => settings.disabled,
      admissions: core.admissions,
      consents: core.consents,
      approvals: core.approvals,
      settings: agentSettings,
      agentNotices,
      clock,
      log,
    }),
  );
  const bridge = new BridgeFiles(platform.directory, context.asAbsolutePath('dist/bridge.js'));
  const endpoints = statuses.displaced.watching(relay);
  const definitions = own(
    new McpServerDefinitions(settings, endpoints, bridge, {
      clock,
      log,
      sessionsNote: platform.notes?.sessions,
    }),
  );
  const connections = connectedClients(core, platform, bridge);
  const editor = {
    ...editorCore,
    statuses,
    choice,
    callbackUri,
    accounts,
    definitions,
    agents,
    bridge,
    connections,
  };
  return { platform, core, editor };
}
