import type { Page } from 'playwright-core';
import { alice } from '../demo/people.js';
import { startWorld, type World, type WorldOptions } from '../demo/world.js';
import type { ModelRequest } from '../demo/scriptedModel.js';
import type { Workbench } from '../host/workbench.js';
import type { EditorUnderTest } from './editorUnderTest.js';
import { answer } from './userInBrowser.js';
import { ServersView } from './serversView.js';
import { sharedEditor } from './sharedEditor.js';

/** Language model tools that exist with any configuration. */
const ownTools = new Set(['mcpConsent', 'mcpSignIn']);

export interface SceneOptions extends WorldOptions {
  /** The setting `mcpOAuthBroker.servers`. The default is both servers of the world. */
  readonly servers?: (world: World) => Record<string, object>;
}

/** A signed-out demo world, configured in the shared editor, and an empty chat. */
export class Scene {
  #asked: number;

  private constructor(
    readonly editor: EditorUnderTest,
    readonly world: World,
    private readonly names: readonly string[],
  ) {
    this.#asked = editor.model.requests.length;
  }

  static async set(options: SceneOptions = {}): Promise<Scene> {
    const editor = await sharedEditor();
    const world = await startWorld(options);
    const servers = options.servers?.(world) ?? world.serverSettings();
    const scene = new Scene(editor, world, Object.keys(servers));
    // Another page may be in front after a scene closed a window, and the editor does not draw a hidden page.
    await editor.window.page.bringToFront();
    await editor.configure(servers);
    for (const name of scene.names) await scene.serversView.waitFor(name, 'Not checked yet');
    await scene.clearTheWay();
    await editor.window.seeMcpServers(scene.names);
    await editor.window.chat.startAnew();
    return scene;
  }

  get window(): Workbench {
    return this.editor.window;
  }

  get serversView(): ServersView {
    return new ServersView(this.window);
  }

  get chat(): Workbench['chat'] {
    return this.window.chat;
  }

  /** Host and port of the authorization server, as a user reads them. */
  get authorizationServer(): string {
    return new URL(this.world.authorizationServer.issuer).host;
  }

  /** The model's requests since the last prompt, without side requests that have no tools. */
  get turn(): readonly ModelRequest[] {
    return this.editor.model.requests.slice(this.#asked).filter(({ tools }) => tools.length > 0);
  }

  /** The names of the servers' tools in the last model request, without the two tools of the extension. */
  get offered(): readonly string[] {
    const offered = this.turn.at(-1)?.tools ?? [];
    return offered.filter((name) => name.startsWith('mcp_') && !ownTools.has(name)).toSorted();
  }

  /** Clears the notifications, because they cover the chat's input. */
  async clearTheWay(): Promise<void> {
    if (await this.window.notification('').isVisible()) await this.window.clearNotifications();
  }

  /** Types a prompt and resets {@link turn}. */
  async prompt(text: string): Promise<void> {
    await this.clearTheWay();
    this.#asked = this.editor.model.requests.length;
    await this.chat.submit(text);
  }

  /** Opens the card's address and completes the browser's pages. */
  async consent(decision: 'Allow' | 'Deny' = 'Allow'): Promise<void> {
    const page = await this.window.pageOpenedBy(() => this.chat.consentCard.open());
    await answer(page, this.window, decision);
  }

  /**
   * Begins a sign-in from the palette, which lists the servers only if there are several. Retries if the
   * list closed because it lost the focus.
   *
   * @returns the browser's page
   */
  beginSignIn(name: string, window = this.window): Promise<Page> {
    const begin = () =>
      window.pageOpenedBy(async () => {
        await window.runCommand('MCP OAuth: Sign In…');
        if (this.names.length > 1) await window.pick(name);
      });
    return begin().catch(begin);
  }

  /** Signs in from the palette. */
  async signIn(name: string): Promise<void> {
    const page = await this.beginSignIn(name);
    await answer(page, this.window);
    await this.serversView.waitFor(name, alice.email);
  }

  /** Signs out from the palette. No other server may be signed in. */
  async signOut(name: string): Promise<void> {
    await this.window.runCommand('MCP OAuth: Sign Out…');
    await this.serversView.waitFor(name, 'Signed out');
  }

  /** Returns how many calls of this JSON-RPC method the server “repositories” completed. */
  answered(method: string): number {
    const { requests } = this.world.repositories.http;
    return requests.filter(({ rpcMethod, status }) => rpcMethod === method && status === 200).length;
  }

  /** Removes the servers from the settings and ends them. */
  async end(): Promise<void> {
    try {
      const names = Object.keys(await this.editor.configured());
      await this.editor.configure({});
      await this.serversView.waitForNone();
      // The next scene's servers have the same names, so the list must be empty in between to tell them
      // apart.
      await this.window.seeMcpServers([], names);
    } finally {
      await this.world.close();
    }
  }
}
