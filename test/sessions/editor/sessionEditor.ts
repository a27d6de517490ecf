import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startWorld, type World, type WorldOptions } from '../../demo/world.js';
import { startBrowser, type Browser } from '../../host/browser.js';
import { startCodeServer, type Settings } from '../../host/codeServer.js';
import { editorUnderTest } from '../../host/editor.js';
import { createStateDirectory } from '../../host/stateDirectory.js';
import { UserSettings } from '../../host/userSettings.js';
import { Workbench } from '../../host/workbench.js';
import { copilotAddresses, copilotToken } from '../model/copilotAddresses.js';
import { HeldModel } from '../model/heldModel.js';

/** The chat's default model: the editor chooses, and the scripted model receives every request. */
const modelName = 'Auto';
/** At its default width, the chat breaks lines within words. In CSS pixels. */
const chatWidth = 560;
/**
 * Accepted as a token only with the smoke test driver (`chat.agentHost.unsafeTestToken`). Only the model
 * receives it.
 */
const testToken = 'not-a-token';

/** Extensions in addition to the one under test. */
export interface MoreExtensions {
  readonly vsixes?: readonly string[];
  /** IDs of the ones that may use proposed API. */
  readonly proposedApiFor?: readonly string[];
}

/** A VS Code with a working agent host, the packaged extension, and a model that a test controls. */
export class SessionEditor {
  private constructor(
    readonly model: HeldModel,
    readonly browser: Browser,
    /** The open window, or the last one that was open. */
    private opened: Workbench,
    private readonly url: string,
    private readonly settings: UserSettings,
    private readonly closers: (() => Promise<void>)[],
  ) {}

  /** @throws Error if the editor or the browser does not start */
  static async start({ vsixes = [], proposedApiFor = [] }: MoreExtensions = {}): Promise<SessionEditor> {
    const vsix = process.env['MCP_OAUTH_BROKER_VSIX'];
    const entry = process.env['AGENT_HOST_ENTRY'];
    if (vsix === undefined || entry === undefined) throw new Error('Start it with npm run sessions.');
    const state = await createStateDirectory();
    const closers = [() => state.remove()];
    try {
      const model = await HeldModel.start(copilotAddresses);
      closers.push(() => model.close());
      const folder = path.join(state.path, 'folder');
      await mkdir(folder);
      await writeFile(path.join(folder, 'README.md'), '# A folder\n');
      const settings = new UserSettings(path.join(state.path, 's'));
      const server = await startCodeServer({
        editor: { ...editorUnderTest(), entry },
        userDataDir: path.join(state.path, 'u'),
        extensionsDir: path.join(state.path, 'e'),
        folder,
        vsix: [vsix, await settings.pack(), ...vsixes],
        proposedApiFor,
        settings: settingsFor(model.origin),
        smokeTestDriver: true,
        env: environmentFor(model.origin, state.path),
      });
      closers.push(() => server.stop());
      const browser = await startBrowser({ profileDir: path.join(state.path, 'b') });
      closers.push(() => browser.close());
      const url = `${server.url}/?folder=${encodeURIComponent(folder)}`;
      const window = await Workbench.open(browser.context, url);
      await window.enableCopilot(modelName);
      await window.chat.widenTo(chatWidth);
      return new SessionEditor(model, browser, window, url, settings, closers);
    } catch (error) {
      await closeAll(closers);
      throw error;
    }
  }

  get window(): Workbench {
    return this.opened;
  }

  /** Closes every page, ends every turn, and opens a window. */
  async renewWindow(): Promise<void> {
    this.model.forget();
    await this.openWindow();
    for (const page of this.browser.context.pages()) if (page !== this.opened.page) await page.close();
  }

  /** Opens a window in place of a closed one. */
  async openWindow(): Promise<void> {
    this.opened = await Workbench.open(this.browser.context, this.url);
    await this.opened.chat.open();
  }

  /** Sets `mcpOAuthBroker.servers` as a user does. */
  configure(servers: object): Promise<void> {
    return this.settings.change({ 'mcpOAuthBroker.servers': servers });
  }

  /** Starts a world, which ends with the editor unless its cell ends it. */
  startWorld(options: WorldOptions): Promise<World> {
    const starting = startWorld(options);
    this.closers.push(() =>
      starting.then(
        (world) => world.close(),
        () => undefined,
      ),
    );
    return starting;
  }

  close(): Promise<void> {
    return closeAll(this.closers);
  }
}

/** Runs the closers in reverse order. */
async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
}

/** Every address is on loopback, and there is no account. */
function settingsFor(origin: string): Settings {
  return {
    'chat.allowAnonymousAccess': true,
    'chat.agentHost.unsafeTestToken': testToken,
    'chat.agentHost.allowSignedOutWhenUsable': true,
    'chat.agentHost.byokModels.enabled': true,
    'chat.agentHost.githubMcpServer.enabled': false,
    'chat.defaultToCopilotHarness': false,
    'github.copilot.advanced.debug.overrideProxyUrl': origin,
    'github.copilot.chat.githubMcpServer.enabled': false,
  };
}

function environmentFor(origin: string, home: string): NodeJS.ProcessEnv {
  return {
    HOME: home,
    IS_SCENARIO_AUTOMATION: '1',
    GITHUB_PAT: testToken,
    GITHUB_COPILOT_API_TOKEN: testToken,
    VSCODE_COPILOT_CHAT_TOKEN: Buffer.from(JSON.stringify(copilotToken(origin))).toString('base64'),
    COPILOT_API_URL: origin,
    COPILOT_DEBUG_GITHUB_API_URL: origin,
    VSCODE_AGENT_HOST_CAPI_URL_OVERRIDE: origin,
  };
}
