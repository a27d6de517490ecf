import * as vscode from 'vscode';
import type { Disposable } from '../base/clock.js';
import { AccountRows, registerDisabledRows, ServersTree } from '../editor/views/serversTree.js';
import { AddServer } from '../editor/commands/addServer.js';
import { AttemptRows } from '../editor/views/attemptRows.js';
import { ClientGuides } from '../editor/clients/clientGuide.js';
import { Commands } from '../editor/adapters/commands.js';
import { ContextKeys } from '../editor/views/contextKeys.js';
import { DiagnoseServer } from '../editor/commands/diagnoseServer.js';
import { missingFeatures, registerChatTool } from '../editor/adapters/editorFeatures.js';
import { missingFeatureRow, tellMissingFeatures } from '../editor/views/missingFeatures.js';
import { FactRows } from '../editor/views/factRows.js';
import { linkHandlers } from '../editor/links/linkHandlers.js';
import type { LinkHandler } from '../editor/links/linkRouter.js';
import { reportLostSecrets } from '../editor/signIn/lostSecretsNotice.js';
import { registerImports, type ImportParts } from '../editor/imports/registerImports.js';
import type { Bundles } from './editorParts.js';
import { registerAgents } from './registerAgents.js';
import { registerCommands } from './registerCommands.js';
import { showAllFor } from '../editor/views/serverActions.js';
import { SettingsProblems } from '../editor/settings/settingsProblems.js';
import { StatusBar } from '../editor/views/statusBar.js';
import { ToolCallsView } from '../editor/views/toolCallsView.js';
import { ToolRows } from '../editor/views/toolRows.js';
import { ConsentStatusTool } from '../editor/chatTools/consentStatusTool.js';
import { SignInTool } from '../editor/chatTools/signInTool.js';

/** The user interface of the extension: views, status bar, commands, and tools of the chat. */
export class Surfaces implements Disposable {
  readonly #owned: Disposable[] = [];
  readonly tree: ServersTree;
  /** The handlers of links that open the extension, by path. */
  readonly linkHandlers: ReadonlyMap<string, LinkHandler>;

  constructor(context: vscode.ExtensionContext, bundles: Bundles) {
    const own = <T extends Disposable>(part: T): T => {
      this.#owned.push(part);
      return part;
    };
    const { platform, core, editor } = bundles;
    const { settings, toolRules, registry, memory, clock, log } = platform;
    const { credentials, states, http, redirects, clients, profiles, toolScopes, callbacks } = core;
    const { answers, statuses, personalSignIn, ledger, agents } = editor;
    const { clientSecrets } = answers;
    const { extension, extensionUri } = context;
    const finding = { http, clock, discovery: answers };
    const tools = new ToolRows({
      lists: profiles,
      toolScopes,
      rules: toolRules,
      uses: ledger,
      clock,
      extensionId: extension.id,
    });
    const sections = [new AccountRows(), new AttemptRows(clock), new FactRows(clock, tools), tools];
    const missing = missingFeatures();
    void tellMissingFeatures(missing, memory);
    const notes = missing.map(missingFeatureRow);
    this.tree = own(new ServersTree(statuses, [settings, toolRules], sections, clock, notes));
    const diagnosis = own(
      new DiagnoseServer(context, {
        credentials,
        http,
        clock,
        discovery: answers,
        clients,
        redirects,
        settings,
      }),
    );
    const commands = own(new Commands(log));
    own(registerAgents(commands, bundles));
    own(registerImports(commands, context, importParts(bundles)));
    const guides = own(
      new ClientGuides({ settings, clientSecrets, finding, redirects, personalSignIn, log, extensionUri }),
    );
    const addServer = new AddServer({ settings, registry, personalSignIn, states, finding });
    const toolCallsView = own(new ToolCallsView(ledger, extensionUri));
    const showServer = async (name: string) => {
      const entry = (await statuses.all()).find(({ server }) => server.name === name);
      if (entry !== undefined) await showAllFor(entry);
    };
    this.linkHandlers = linkHandlers({ settings, addServer, toolCallsView, showServer, clock });
    registerCommands(commands, bundles, { addServer, diagnosis, guides, toolCallsView }, extension.id);
    own(registerChatTools(bundles));
    own(new StatusBar(statuses, settings));
    own(registerDisabledRows());
    own(new ContextKeys({ statuses, settings, callbacks, agents }));
    own(new SettingsProblems(settings));
    own(new SettingsProblems(toolRules));
    const { clientKey } = platform.storage;
    void reportLostSecrets({ memory, clientKey, credentials, urls: settings.urls });
    own(vscode.window.registerTreeDataProvider('mcpOAuthBroker.servers', this.tree));
    // If the memory cannot be written, the import is offered again when the next window opens.
    platform.takeOver.offer().catch(() => undefined);
  }

  dispose(): void {
    for (const part of this.#owned.toReversed()) part.dispose();
  }
}

function importParts({ platform, core, editor }: Bundles): ImportParts {
  const { settings, memory, programs, machineFiles, clock } = platform;
  const { authorizedFetch, states } = core;
  const { answers, statuses, personalSignIn } = editor;
  return {
    ...{ settings, memory, programs, machineFiles, clock },
    ...{ authorizedFetch, states, answers, statuses, personalSignIn },
  };
}

/** Registers the tools that package.json contributes to every model's chat. */
function registerChatTools({ platform, core, editor }: Bundles): Disposable {
  const { settings, clock } = platform;
  const { credentials, signIns, http } = core;
  const { statuses, personalSignIn, answers, ledger } = editor;
  const signIn = { statuses, credentials, signIns, personalSignIn, http, clock, answers };
  return vscode.Disposable.from(
    registerChatTool('mcpConsent', new ConsentStatusTool(statuses, settings, clock, ledger)),
    registerChatTool('mcpSignIn', new SignInTool(signIn)),
  );
}
