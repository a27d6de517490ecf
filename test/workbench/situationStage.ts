import assert from 'node:assert/strict';
import type { LoggedRequest } from '../demo/requestLog.js';
import type { Workbench } from '../host/workbench.js';
import { AdmittedAgent } from './admittedAgent.js';
import { answer } from './userInBrowser.js';
import type { Scene } from './scene.js';
import { ServersView } from './serversView.js';
import { WatchedSurfaces, type Expected } from './surfaces.js';

/** Limit for an event that is either fast or absent, in milliseconds. */
const patience = 45_000;
/** Short, since a prompt must fit on one line. */
const askStatus = 'status of my servers';

/** The result of a call, or what it waits for. */
export interface Met {
  readonly kind: 'card' | 'answer';
  /** The card's text, or the result that the model received. */
  readonly text: string;
}

/** A window of the editor with the chat and the surfaces of one server. */
export class WatchedWindow {
  private constructor(
    readonly workbench: Workbench,
    readonly surfaces: WatchedSurfaces,
    private readonly scene: Scene,
    private readonly server: string,
  ) {}

  static async of(workbench: Workbench, scene: Scene, server: string): Promise<WatchedWindow> {
    await new ServersView(workbench).show();
    const surfaces = await WatchedSurfaces.in(workbench, server);
    return new WatchedWindow(workbench, surfaces, scene, server);
  }

  /** Prompts in a new chat, approves the tool if needed, and waits for the answer or the card. */
  async call(prompt: string): Promise<Met> {
    const { chat, page } = this.workbench;
    const { model } = this.scene.editor;
    await page.bringToFront();
    await chat.startAnew();
    const asked = model.requests.length;
    if (this.workbench === this.scene.window) await this.scene.prompt(prompt);
    else await chat.submit(prompt);
    for (const deadline = Date.now() + patience; ;) {
      const latest = model.requests.slice(asked).findLast(({ tools }) => tools.length > 0);
      if (latest?.step.kind === 'text') return { kind: 'answer', text: latest.lastToolResult ?? '' };
      if (await chat.consentCard.isShown()) return { kind: 'card', text: await chat.consentCard.text() };
      if (await chat.asksForApproval()) await chat.approveTool('Create a branch');
      if (Date.now() > deadline) throw new Error(`“${prompt}” came to nothing: ${await chat.answerText()}`);
      await page.waitForTimeout(50);
    }
  }

  /**
   * Performs an act that ends a pending call.
   *
   * @returns the text that the model receives, and the time of the act
   */
  async told(act: () => Promise<unknown>): Promise<{ readonly text: string; readonly at: number }> {
    const { requests } = this.scene.editor.model;
    const before = requests.length;
    await act();
    const at = await this.surfaces.pressedAt();
    for (const deadline = Date.now() + patience; ;) {
      const answer = requests.slice(before).find(({ step }) => step.kind === 'text');
      if (answer !== undefined) return { text: answer.lastToolResult ?? '', at };
      if (Date.now() > deadline) throw new Error('the model was told nothing');
      await this.workbench.page.waitForTimeout(50);
    }
  }

  /** Returns the status tool's text about the server. */
  async statusTool(): Promise<string> {
    const { text } = await this.call(askStatus);
    return this.#ownPart(text);
  }

  /** Returns the status tool's text, and the result of a call in the same turn. */
  async statusThen(prompt: string): Promise<{ readonly told: string; readonly met: Met }> {
    const { requests } = this.scene.editor.model;
    const before = requests.length;
    const met = await this.call(`${askStatus}, then ${prompt}`);
    const told = requests.slice(before).find(({ lastToolResult }) => lastToolResult !== undefined);
    return { told: this.#ownPart(told?.lastToolResult ?? ''), met };
  }

  #ownPart(text: string): string {
    const lines = text.split('\n');
    const at = lines.findIndex((line) => line.startsWith(`${this.server}: `));
    assert.ok(at >= 0, text);
    const end = lines.findIndex((line, index) => index > at && !line.startsWith('  '));
    return lines.slice(at, end < 0 ? undefined : end).join('\n');
  }

  /** Runs a command of the extension. */
  async run(command: string): Promise<void> {
    await this.workbench.page.bringToFront();
    await this.workbench.runCommand(`MCP OAuth: ${command}`);
  }

  /**
   * Gives the consent that a card requests.
   *
   * @returns the time of the click on the card
   */
  async consent(decision: 'Allow' | 'Deny' = 'Allow'): Promise<void> {
    const { chat } = this.workbench;
    const page = await this.workbench.pageOpenedBy(() => chat.consentCard.open());
    await answer(page, this.workbench, decision);
  }
}

/** The stage of the situations: one server, one user, and two windows. */
export class SituationStage {
  #other: WatchedWindow | undefined;
  #main: WatchedWindow | undefined;
  #agent: AdmittedAgent | undefined;
  /** The delay of a window's surfaces at each check, in milliseconds. */
  readonly lateness: { readonly status: string; readonly late: number }[] = [];
  readonly #owned: { close(): Promise<void> }[] = [];

  constructor(
    readonly scene: Scene,
    /** The single configured server. */
    public server: string,
    private readonly times: {
      /** Lifetime of an access token, in milliseconds. */
      readonly lifetime: number;
      /** The port for agents. */
      readonly agentsPort: number;
    },
  ) {}

  own<T extends { close(): Promise<void> }>(part: T): T {
    this.#owned.push(part);
    return part;
  }

  /** Configures another server in place of the previous one, in one window. */
  async turnTo(server: string, url: string): Promise<WatchedWindow> {
    await this.#other?.workbench.page.close();
    this.#other = undefined;
    const before = this.server;
    this.server = server;
    await this.scene.editor.configure({ [server]: { type: 'http', url } });
    await this.scene.window.page.bringToFront();
    await this.scene.serversView.waitFor(server, 'Not checked yet');
    await this.scene.window.seeMcpServers([server], [before]);
    this.#main = undefined;
    return this.main();
  }

  /** Returns the agent, which is admitted at the first use. */
  async agent(): Promise<AdmittedAgent> {
    const { window } = this.scene;
    this.#agent ??= await AdmittedAgent.admit(window, 'tester', this.server, this.times.agentsPort);
    return this.#agent;
  }

  async main(): Promise<WatchedWindow> {
    this.#main ??= await WatchedWindow.of(this.scene.window, this.scene, this.server);
    return this.#main;
  }

  /** Returns the second window, which is opened at the first use. */
  async other(): Promise<WatchedWindow> {
    if (this.#other === undefined) {
      const workbench = await this.scene.editor.openWindow();
      await new ServersView(workbench).show();
      await workbench.seeMcpServers([this.server]);
      this.#other = await WatchedWindow.of(workbench, this.scene, this.server);
    }
    return this.#other;
  }

  /** Checks the surfaces of every open window. */
  async say(expected: Expected, revealed?: number): Promise<void> {
    for (const window of [this.#main, this.#other]) {
      const late = await window?.surfaces.say(expected, revealed);
      if (late !== undefined && revealed !== undefined) this.lateness.push({ status: expected.status, late });
    }
  }

  /** Performs an act and returns the time of the MCP server's first response with this status. */
  async revealedBy(status: number | undefined, act: () => Promise<unknown>): Promise<number> {
    const { requests } = this.scene.world.repositories.http;
    return this.#firstAfter(requests, act, (request) => status === undefined || request.status === status);
  }

  /**
   * Returns the same for a call that ends at a card: the time of the last such response, since the
   * session's may come before.
   */
  async askedBy(status: number, act: () => Promise<unknown>): Promise<number> {
    const first = await this.revealedBy(status, act);
    const { requests } = this.scene.world.repositories.http;
    const last = requests.findLast((request) => request.status === status && request.method === 'POST');
    return last?.at ?? first;
  }

  /** Returns the time of the authorization server's first request at the path. */
  async revealedAt(path: string, act: () => Promise<unknown>): Promise<number> {
    const { requests } = this.scene.world.authorizationServer;
    return this.#firstAfter(requests, act, (request) => request.path === path);
  }

  /** Waits until the latest token has expired, which only the clock indicates. */
  async tokenEnds(): Promise<void> {
    const { events } = this.scene.world.authorizationServer;
    const issued = events.findLast(({ kind }) => kind === 'token' || kind === 'refresh');
    assert.ok(issued);
    await this.scene.window.page.waitForTimeout(
      Math.max(0, issued.at + this.times.lifetime - Date.now()) + 1,
    );
  }

  /**
   * Cancels the sign-in of the open card.
   *
   * @returns the time of the click
   */
  async cancelSignIn(window: WatchedWindow): Promise<number> {
    const { text, at } = await window.told(() => window.run('Cancel Sign-In'));
    assert.match(text, /was cancelled/);
    return at;
  }

  /**
   * Calls a tool while no card is open.
   *
   * @returns the window with the card
   */
  async cardOf(prompt: string): Promise<WatchedWindow> {
    const main = await this.main();
    if (await main.workbench.chat.consentCard.isShown()) return main;
    const met = await main.call(prompt);
    assert.equal(met.kind, 'card', met.text);
    return main;
  }

  /** Consents to the open card, and waits until its call has continued. */
  async consent(window: WatchedWindow, says: RegExp): Promise<number> {
    let issued = 0;
    const { text } = await window.told(async () => {
      issued = await this.revealedAt('/token', () => window.consent());
    });
    assert.match(text, says);
    return issued;
  }

  /** Signs the current account out of the authorization server's pages in this browser. */
  async leaveAuthorizationServer(): Promise<void> {
    const { port } = new URL(this.scene.world.authorizationServer.issuer);
    await this.scene.editor.browser.context.clearCookies({ name: new RegExp(`_${port}_session`) });
  }

  /** Makes the MCP server respond again. The sign-in is kept. */
  async mendServer(account: string): Promise<void> {
    this.scene.world.repositories.http.fault = 'none';
    const main = await this.main();
    await main.run('Check Server…');
    await this.say({ status: 'ready', account });
  }

  async close(): Promise<void> {
    await this.#other?.workbench.page.close();
    await this.scene.end();
    for (const part of this.#owned) await part.close();
  }

  /** Waits for the first entry of a growing list. */
  async firstOf<T>(moments: readonly T[]): Promise<T> {
    for (const deadline = Date.now() + patience; ;) {
      const [first] = moments;
      if (first !== undefined) return first;
      if (Date.now() > deadline) throw new Error('nothing was asked');
      await this.scene.window.page.waitForTimeout(20);
    }
  }

  async #firstAfter(
    requests: readonly LoggedRequest[],
    act: () => Promise<unknown>,
    fits: (request: LoggedRequest) => boolean,
  ): Promise<number> {
    const before = requests.length;
    await act();
    for (const deadline = Date.now() + patience; ;) {
      const first = requests.slice(before).find(fits);
      if (first !== undefined) return first.at;
      if (Date.now() > deadline) {
        const seen = requests.slice(before).map(({ path, rpcMethod, status }) => [path, rpcMethod, status]);
        throw new Error(`no request was answered so: ${JSON.stringify(seen)}`);
      }
      await this.scene.window.page.waitForTimeout(20);
    }
  }
}
