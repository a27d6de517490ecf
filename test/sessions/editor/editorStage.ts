import { setTimeout } from 'node:timers/promises';
import { alice } from '../../demo/people.js';
import type { World } from '../../demo/world.js';
import { Screenshots } from '../../host/screenshots.js';
import { answer } from '../../workbench/userInBrowser.js';
import { ServersView } from '../../workbench/serversView.js';
import type { SessionEditor } from './sessionEditor.js';

/** Long enough for a step and short enough to wait for, in seconds. */
export const accessTokenSeconds = 15;
export const server = 'repositories';

/** The way a kind of session starts. */
export interface Beginning<Session> {
  /** Whether VS Code's own MCP client runs its servers. */
  readonly isEditorsOwn: boolean;
  readonly begin: (editor: SessionEditor) => Promise<Session>;
}

/** A signed-out world, configured in the editor, and a new session. */
export class EditorStage<Session> {
  private constructor(
    readonly editor: SessionEditor,
    readonly world: World,
    readonly session: Session,
    private readonly beginning: Beginning<Session>,
    readonly pictures: Screenshots,
  ) {}

  /** @param pictures absolute directory */
  static async set<Session>(
    editor: SessionEditor,
    beginning: Beginning<Session>,
    pictures: string,
  ): Promise<EditorStage<Session>> {
    const world = await editor.startWorld({ accessTokenSeconds });
    const { window } = editor;
    await window.page.bringToFront();
    await editor.configure({ [server]: world.serverSettings()[server] });
    await new ServersView(window).waitFor(server, 'Not checked yet');
    if (await window.notification('').isVisible()) await window.clearNotifications();
    if (beginning.isEditorsOwn) await window.seeMcpServers([server]);
    const session = await beginning.begin(editor);
    return new EditorStage(editor, world, session, beginning, new Screenshots(pictures));
  }

  get serversView(): ServersView {
    return new ServersView(this.editor.window);
  }

  /** Host and port of the authorization server, as a user reads them. */
  get authorizationServer(): string {
    return new URL(this.world.authorizationServer.issuer).host;
  }

  /** Signs in from the palette. */
  async signIn(): Promise<void> {
    const { window } = this.editor;
    const begin = () => window.pageOpenedBy(() => window.runCommand('MCP OAuth: Sign In…'));
    await answer(await begin().catch(begin), window);
    await this.serversView.waitFor(server, alice.email);
  }

  /** Begins another session of the same kind. */
  begin(): Promise<Session> {
    return this.beginning.begin(this.editor);
  }

  /** Opens the card's address and completes the browser's pages. */
  async consent(): Promise<void> {
    const { window } = this.editor;
    await answer(await window.pageOpenedBy(() => window.chat.consentCard.open()), window);
  }

  /** Returns the number of tool calls that the server ran. */
  ran(): number {
    return this.#calls().filter(({ sub, status }) => sub !== undefined && status === 200).length;
  }

  /** Makes the server hold tool calls from now on. */
  hold(): void {
    const { http } = this.world.repositories;
    http.faultOnly = 'tools/call';
    http.fault = 'held';
  }

  /** Waits until the held call has been aborted. */
  async givenUp(): Promise<void> {
    while (this.#calls().at(-1)?.status === undefined) await setTimeout(50);
  }

  #calls() {
    return this.world.repositories.http.requests.filter(({ rpcMethod }) => rpcMethod === 'tools/call');
  }

  /** Removes the server from the settings and ends it. */
  async end(): Promise<void> {
    try {
      await this.editor.configure({});
      await this.serversView.waitForNone();
      // The next world's server has the same name, so the list must be empty in between to tell them apart.
      // The agent host runs the same command for both.
      if (this.beginning.isEditorsOwn) await this.editor.window.seeMcpServers([], [server]);
    } finally {
      await this.world.close();
    }
  }
}
