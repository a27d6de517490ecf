import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RecordedCall } from '../../src/broker/calls/callRecord.js';
import { scriptedModelId, startScriptedModel, type ScriptedModel } from '../demo/scriptedModel.js';
import { startBrowser, type Browser } from '../host/browser.js';
import {
  homeOf,
  startCodeServer,
  type CodeServer,
  type CodeServerOptions,
  type Settings,
} from '../host/codeServer.js';
import { editorUnderTest } from '../host/editor.js';
import { keepCalls } from '../host/keptCalls.js';
import { chatAgentOf } from '../host/standInChatExtension.js';
import { createStateDirectory, type StateDirectory } from '../host/stateDirectory.js';
import { MODEL_NAME, storyChatOf } from '../host/storyChat.js';
import { UserSettings } from '../host/userSettings.js';
import { Workbench } from '../host/workbench.js';

/** At its default width, the chat breaks lines within words. In CSS pixels. */
const CHAT_WIDTH = 560;
const SERVERS = 'mcpOAuthBroker.servers';
const EXTENSION = 'mcp-oauth-broker.mcp-oauth-broker';

/** A VS Code with the packaged extension, the scripted model in Copilot Chat, and a user's browser. */
export class EditorUnderTest {
  #server: CodeServer;
  #window: Workbench;
  #further: ReadonlySet<string> = new Set();

  private constructor(
    private readonly state: StateDirectory,
    private readonly options: CodeServerOptions,
    private readonly settings: UserSettings,
    readonly browser: Browser,
    readonly model: ScriptedModel,
    server: CodeServer,
    window: Workbench,
  ) {
    this.#server = server;
    this.#window = window;
  }

  /** @throws Error if the editor or the browser does not start */
  static async start(): Promise<EditorUnderTest> {
    const vsix = process.env['MCP_OAUTH_BROKER_VSIX'];
    if (vsix === undefined)
      throw new Error('MCP_OAUTH_BROKER_VSIX is not set: start these tests through npm test');
    const state = await createStateDirectory();
    const started = [() => state.remove()];
    try {
      const folder = path.join(state.path, 'folder');
      await mkdir(folder);
      const model = await startScriptedModel();
      started.push(() => model.close());
      const editor = editorUnderTest();
      const agent = await chatAgentOf(editor, state.path, model.url);
      const options: CodeServerOptions = {
        userDataDir: path.join(state.path, 'u'),
        extensionsDir: path.join(state.path, 'e'),
        folder,
        // Before VS Code 1.105, the chat starts servers only with this setting.
        settings: { 'chat.defaultModel': scriptedModelId, 'chat.mcp.autostart': 'newAndOutdated' },
        proposedApiFor: agent.proposedApiFor,
        chatLanguageModels: [customEndpoint(model.url)],
      };
      const settings = new UserSettings(path.join(state.path, 's'));
      const server = await startCodeServer({
        ...options,
        vsix: [vsix, await settings.pack(), ...agent.vsix],
      });
      started.push(() => server.stop());
      const browser = await startBrowser({ profileDir: path.join(state.path, 'b') });
      started.push(() => browser.close());
      const window = await Workbench.open(browser.context, addressOf(server, folder));
      await storyChatOf(editor, window).turnOn();
      await window.chat.widenTo(CHAT_WIDTH);
      return new EditorUnderTest(state, options, settings, browser, model, server, window);
    } catch (error) {
      for (const end of started.reverse()) await end();
      throw error;
    }
  }

  /** The window that most tests use. */
  get window(): Workbench {
    return this.#window;
  }

  get url(): string {
    return addressOf(this.#server, this.options.folder);
  }

  get serverPid(): number {
    return this.#server.pid;
  }

  /** Adds calls to the record, newest first, as another window does. */
  keepCalls(calls: readonly RecordedCall[]): Promise<void> {
    return keepCalls(this.options.userDataDir, calls);
  }

  /** The present lock files of extensions. */
  async lockFiles(): Promise<readonly string[]> {
    const entries = await readdir(this.options.userDataDir, { recursive: true });
    return entries.filter((name) => name.includes('globalStorage') && name.endsWith('.lock'));
  }

  /** Opens another window of the same browser profile. */
  openWindow(): Promise<Workbench> {
    return Workbench.open(this.browser.context, this.url);
  }

  /**
   * Sets `mcpOAuthBroker.servers` as a user does.
   *
   * @param further other settings of the extension; those of an earlier call are removed
   */
  async configure(servers: object, further: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const earlier = Object.fromEntries([...this.#further].map((key) => [key, null]));
    this.#further = new Set(Object.keys(further));
    await this.settings.change({ ...earlier, [SERVERS]: servers, ...further });
  }

  /** The servers in the settings file. */
  async configured(): Promise<Record<string, { readonly url?: string }>> {
    const settings = await this.#userSettings();
    return (settings[SERVERS] ?? {}) as Record<string, { readonly url?: string }>;
  }

  async #userSettings(): Promise<Settings> {
    const file = path.join(this.options.userDataDir, 'User', 'settings.json');
    return JSON.parse(await readFile(file, 'utf8')) as Settings;
  }

  /** The home directory of the editor's user. */
  get home(): string {
    return homeOf(this.options.userDataDir);
  }

  /** The settings file of the machine that the extension host runs on, which is not the user's own. */
  get machineSettingsFile(): string {
    return path.join(this.options.userDataDir, 'Machine', 'settings.json');
  }

  /**
   * Ends the editor with its windows and starts it again on the same data. The browser keeps running.
   *
   * @param asAnotherMachine whether to remove all data that identifies the extension host
   */
  async restart({ asAnotherMachine = false } = {}): Promise<void> {
    const { port } = this.#server;
    const settings = await this.#userSettings();
    await this.#window.page.close();
    await this.#server.stop();
    if (asAnotherMachine) {
      const storage = path.join(this.options.userDataDir, 'User', 'globalStorage', EXTENSION);
      await rm(storage, { recursive: true });
    }
    this.#server = await startCodeServer({ ...this.options, port, settings });
    this.#window = await Workbench.open(this.browser.context, this.url);
    await this.#window.chat.open();
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.#server.stop();
    await this.model.close();
    await this.state.remove();
  }
}

function addressOf(server: CodeServer, folder: string): string {
  return `${server.url}/?folder=${encodeURIComponent(folder)}`;
}

function customEndpoint(url: string): object {
  const limits = { toolCalling: true, vision: false, maxInputTokens: 100_000, maxOutputTokens: 8_000 };
  return {
    name: 'Scripted',
    vendor: 'customendpoint',
    apiType: 'chat-completions',
    models: [{ id: scriptedModelId, name: MODEL_NAME, url, ...limits }],
  };
}
