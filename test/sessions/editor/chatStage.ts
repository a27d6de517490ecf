import { alice } from '../../demo/people.js';
import { startWorld, type World } from '../../demo/world.js';
import { Screenshots } from '../../host/screenshots.js';
import { answer } from '../../workbench/personInBrowser.js';
import { ServersView } from '../../workbench/serversView.js';
import { ChatSession, type Harness } from './chatSession.js';
import type { SessionEditor } from './sessionEditor.js';

/** Long enough for a step, short enough to be waited for, in seconds. */
export const accessTokenSeconds = 15;
export const server = 'repositories';

/** A world that nobody has signed in to, configured in the editor, and an empty chat. */
export class ChatStage {
  private constructor(
    readonly editor: SessionEditor,
    readonly world: World,
    readonly session: ChatSession,
    private readonly harness: Harness,
    readonly pictures: Screenshots,
  ) {}

  /** @param pictures absolute directory */
  static async set(editor: SessionEditor, harness: Harness, pictures: string): Promise<ChatStage> {
    const world = await startWorld({ accessTokenSeconds });
    const { window } = editor;
    await window.page.bringToFront();
    await editor.configure({ [server]: world.serverSettings()[server] });
    await new ServersView(window).waitFor(server, 'Not checked yet');
    if (await window.notification('').isVisible()) await window.clearNotifications();
    if (harness === 'Local') await window.seeMcpServers([server]);
    const session = await ChatSession.begin(editor, harness);
    return new ChatStage(editor, world, session, harness, new Screenshots(pictures));
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

  /** Opens the card's address and goes through the browser's pages. */
  async consent(): Promise<void> {
    const { window } = this.editor;
    await answer(await window.pageOpenedBy(() => window.chat.consentCard.open()), window);
  }

  /** Calls of tools that the server let run. */
  ran(): number {
    return this.#calls().filter(({ sub, status }) => sub !== undefined && status === 200).length;
  }

  /** From now on the server holds calls of tools back. */
  hold(): void {
    const { http } = this.world.repositories;
    http.faultOnly = 'tools/call';
    http.fault = 'held';
  }

  /** Waits until the call that the server holds back has been given up. */
  async givenUp(): Promise<void> {
    while (this.#calls().at(-1)?.status === undefined)
      await this.editor.window.page.context().pages()[0]?.waitForTimeout(50);
  }

  #calls() {
    return this.world.repositories.http.requests.filter(({ rpcMethod }) => rpcMethod === 'tools/call');
  }

  /** Takes the server out of the settings, and ends it. */
  async end(): Promise<void> {
    try {
      await this.editor.configure({});
      await this.serversView.waitForNone();
      // The next world's server has the same name: only while there is none can they be told apart. The agent host
      // runs the same command for both.
      if (this.harness === 'Local') await this.editor.window.seeMcpServers([], [server]);
    } finally {
      await this.world.close();
    }
  }
}
