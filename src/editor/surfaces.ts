import * as vscode from 'vscode';
import type { CallLedger } from '../broker/calls/callLedger.js';
import type { Disposable, Clock } from '../base/clock.js';
import type { ToolScopes } from '../broker/tools/toolScopes.js';
import { AccountRows, registerDisabledRows, ServersTree } from './views/serversTree.js';
import { AddServer, type AddServerParts } from './commands/addServer.js';
import { AttemptRows } from './views/attemptRows.js';
import { ClientGuides } from './clients/clientGuide.js';
import { Commands } from './adapters/commands.js';
import { ContextKeys } from './views/contextKeys.js';
import { DiagnoseServer, type DiagnoseServerParts } from './commands/diagnoseServer.js';
import { missingFeatures, registerChatTool } from './adapters/editorFeatures.js';
import { missingFeatureRow, tellMissingFeatures } from './views/missingFeatures.js';
import { FactRows } from './views/factRows.js';
import { linkHandlers } from './links/linkHandlers.js';
import type { LinkHandler } from './links/linkRouter.js';
import { reportLostSecrets } from './signIn/lostSecretsNotice.js';
import { registerImports, type ImportParts } from './imports/registerImports.js';
import type { LostSecretsParts } from '../broker/status/lostSecrets.js';
import { registerAgents, type RegisterAgentsParts } from './registerAgents.js';
import { registerCommands, type CommandParts } from './registerCommands.js';
import { showAllFor } from './views/serverActions.js';
import type { EditorServerSettings } from './settings/serverSettings.js';
import { SettingsProblems } from './settings/settingsProblems.js';
import { StatusBar } from './views/statusBar.js';
import type { TakeOverSettings } from './settings/takeOverSettings.js';
import { ToolCallsView } from './views/toolCallsView.js';
import { ToolRows, type ToolRowParts } from './views/toolRows.js';
import type { EditorToolRules } from './settings/toolRuleSettings.js';
import type { RecentCalls } from '../broker/status/consentReport.js';
import { ConsentStatusTool } from './chatTools/consentStatusTool.js';
import { SignInTool, type SignInToolParts } from './chatTools/signInTool.js';

/** What is shown, and what it can be told to do. */
export interface SurfaceParts
  extends
    Omit<
      CommandParts,
      | 'addServer'
      | 'admissions'
      | 'diagnosis'
      | 'extensionId'
      | 'guides'
      | 'otherLists'
      | 'toolCalls'
      | 'toolLists'
    >,
    ChatToolParts,
    RegisterAgentsParts,
    ImportParts,
    Pick<AddServerParts, 'registry'>,
    Pick<LostSecretsParts, 'memory' | 'clientKey'>,
    Pick<DiagnoseServerParts, 'clients' | 'redirects'> {
  readonly settings: EditorServerSettings;
  readonly statuses: CommandParts['statuses'];
  readonly credentials: CommandParts['credentials'];
  readonly personalSignIn: CommandParts['personalSignIn'];
  readonly answers: CommandParts['answers'];
  readonly clock: CommandParts['clock'];
  readonly toolRules: EditorToolRules;
  readonly takeOver: TakeOverSettings;
  readonly toolScopes: ToolScopes;
  readonly profiles: ToolRowParts['lists'];
  readonly ledger: CallLedger;
}

/** All that a user sees of the extension and can do with it: views, status bar, commands, tools of the chat. */
export class Surfaces implements Disposable {
  readonly #owned: Disposable[] = [];
  readonly tree: ServersTree;
  /** What becomes of links that open the extension, by path. */
  readonly linkHandlers: ReadonlyMap<string, LinkHandler>;

  constructor(context: vscode.ExtensionContext, parts: SurfaceParts) {
    const own = <T extends Disposable>(part: T): T => {
      this.#owned.push(part);
      return part;
    };
    const { settings, toolRules, toolScopes, profiles, statuses, ledger, clock } = parts;
    const extensionId = context.extension.id;
    const tools = new ToolRows({
      lists: profiles,
      toolScopes,
      rules: toolRules,
      uses: ledger,
      clock,
      extensionId,
    });
    const sections = [new AccountRows(), new AttemptRows(clock), new FactRows(clock, tools), tools];
    const missing = missingFeatures();
    void tellMissingFeatures(missing, parts.memory);
    const notes = missing.map(missingFeatureRow);
    this.tree = own(new ServersTree(statuses, [settings, toolRules], sections, clock, notes));
    const diagnosis = own(new DiagnoseServer(context, { ...parts, discovery: parts.answers }));
    const commands = own(new Commands(parts.log));
    own(registerAgents(commands, parts));
    own(registerImports(commands, context, parts));
    const { clientSecrets } = parts.answers;
    const finding = { http: parts.http, clock, discovery: parts.answers };
    const { extensionUri } = context;
    const guides = own(new ClientGuides({ ...parts, clientSecrets, finding, extensionUri }));
    const addServer = new AddServer({ ...parts, finding });
    const toolCallsView = own(new ToolCallsView(ledger, extensionUri));
    const showServer = async (name: string) => {
      const entry = (await statuses.all()).find(({ server }) => server.name === name);
      if (entry !== undefined) await showAllFor(entry);
    };
    this.linkHandlers = linkHandlers({ settings, addServer, toolCallsView, showServer, clock });
    registerCommands(commands, {
      ...parts,
      addServer,
      toolCalls: { ledger, clock, view: toolCallsView },
      diagnosis,
      toolLists: profiles,
      admissions: parts.agents.admissions,
      guides,
      otherLists: () => statuses.displaced.lists,
      extensionId,
    });
    own(registerChatTools({ ...parts, calls: ledger }));
    own(new StatusBar(statuses, settings));
    own(registerDisabledRows());
    own(new ContextKeys(parts));
    own(new SettingsProblems(settings));
    own(new SettingsProblems(toolRules));
    void reportLostSecrets({ ...parts, urls: settings.urls });
    own(vscode.window.registerTreeDataProvider('mcpOAuthBroker.servers', this.tree));
    // Memory that cannot be written has it offered again when the next window opens.
    parts.takeOver.offer().catch(() => undefined);
  }

  dispose(): void {
    for (const part of this.#owned.toReversed()) part.dispose();
  }
}

interface ChatToolParts extends SignInToolParts {
  readonly settings: EditorServerSettings;
  readonly clock: Clock;
  /** The record of calls, where one is kept. */
  readonly calls?: RecentCalls;
}

/** Registers the tools that package.json contributes to every model's chat. */
function registerChatTools(parts: ChatToolParts): Disposable {
  const { statuses, settings, clock, calls } = parts;
  return vscode.Disposable.from(
    registerChatTool('mcpConsent', new ConsentStatusTool(statuses, settings, clock, calls)),
    registerChatTool('mcpSignIn', new SignInTool(parts)),
  );
}
