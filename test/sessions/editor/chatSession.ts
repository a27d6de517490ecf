import type { Locator } from 'playwright-core';
import type { Asked } from '../model/heldModel.js';
import type { ModelReply } from '../model/modelTurn.js';
import type { SessionEditor } from './sessionEditor.js';

/** An option of the chat's harness picker. */
type Harness = 'Local' | 'Copilot';

export interface ChatOptions {
  readonly harness: Harness;
  /** Whether an agent that the chat's model starts calls the tools. */
  readonly subAgent?: boolean;
}

const prompt = 'Work with my repositories.';

/** A conversation in the editor's chat, with a model that the test controls. */
export class ChatSession {
  #asked: Asked | undefined;
  #isOpened = false;

  private constructor(
    private readonly editor: SessionEditor,
    private readonly options: ChatOptions,
  ) {}

  /** Starts an empty conversation without sending anything. */
  static async begin(editor: SessionEditor, options: ChatOptions): Promise<ChatSession> {
    const { harness } = options;
    editor.model.forget();
    const { chat, page } = editor.window;
    await chat.startAnew();
    const picker = page.locator('.chat-session-target-picker-item:visible').first();
    await picker.waitFor();
    // The current option cannot be chosen again.
    if ((await picker.innerText()).trim() !== harness) {
      await picker.click();
      const row = page.locator('.action-widget .monaco-list-row');
      await row.filter({ hasText: new RegExp(`^${harness}`) }).click();
      await picker.filter({ hasText: harness }).waitFor();
    }
    return new ChatSession(editor, options);
  }

  /**
   * Prompts until the model has a tool. A session of the agent host does not wait for its servers in its
   * first turn, and VS Code may not render questions of that turn, so the model only returns text in it.
   */
  async promptFor(tool: string): Promise<void> {
    for (;;) {
      const isOpening = this.options.harness === 'Copilot' && !this.#isOpened;
      this.#isOpened = true;
      await this.editor.window.chat.submit(prompt);
      if (this.options.subAgent === true) await this.#startSubAgent();
      if (!isOpening && (await this.offered()).some((name) => name.endsWith(tool))) return;
      await this.#say('Not yet.');
      await this.#ended();
    }
  }

  /** Returns the names of the tools that the model has now. */
  async offered(): Promise<readonly string[]> {
    return (await this.#turn()).tools.map(({ name }) => name);
  }

  /**
   * Makes the model call a tool.
   *
   * @returns the result that the model receives
   */
  async call(tool: string, args: object = {}): Promise<string> {
    await this.begin(tool, args);
    return this.result();
  }

  /** Makes the model call a tool. {@link result} awaits its result. */
  async begin(tool: string, args: object = {}): Promise<void> {
    const { tools } = await this.#turn();
    const found = tools.find(({ name }) => name.endsWith(tool));
    if (found === undefined)
      throw new Error(`The model is offered no ${tool}, but ${tools.map(({ name }) => name).join(', ')}.`);
    await this.reply({ kind: 'toolCall', tool: found, args });
  }

  async result(): Promise<string> {
    return (await this.#turn()).results.at(-1) ?? '';
  }

  async reply(said: ModelReply): Promise<void> {
    const asked = await this.#turn();
    this.#asked = undefined;
    asked.reply(said);
  }

  /** Ends the model's turn. */
  async finish(): Promise<void> {
    await this.#say('That is all.');
    await this.editor.window.chat.waitForAnswer('That is all.');
    await this.#ended();
  }

  /**
   * Lets a tool run that is not read-only, if the editor asks, which it does not after an earlier approval.
   *
   * @returns the visible text of the question; undefined if the consent card is shown at once
   */
  async approve(): Promise<string | undefined> {
    const { page, chat: panel } = this.editor.window;
    const chat = page.locator('.part.auxiliarybar');
    const allow = chat.getByRole('button', { name: /^Allow/ }).last();
    while (!(await allow.isVisible())) {
      if (await panel.consentCard.isShown()) return undefined;
      await page.waitForTimeout(50);
    }
    const text = await chat.innerText();
    await allow.click();
    return text.replace(/\s+/g, ' ');
  }

  /** Presses the chat's stop button. */
  async stop(): Promise<void> {
    await this.#stopButton.click();
    await this.#ended();
  }

  /**
   * A sub-agent has the tools that existed at the user's prompt. A later sign-in affects only the next one.
   */
  async renewTools(tool: string): Promise<void> {
    if (this.options.subAgent !== true) return;
    await this.#say('Signed in.');
    await this.#ended();
    await this.promptFor(tool);
  }

  async #startSubAgent(): Promise<void> {
    // A sub-agent of a closed window may send one more request before it ends.
    while (!(await this.offered()).includes('runSubagent'))
      await this.reply({ kind: 'text', text: 'Enough.' });
    await this.begin('runSubagent', { description: 'Work', prompt });
  }

  /** Sends the model's last text. A sub-agent sends it to the chat's model. */
  async #say(text: string): Promise<void> {
    await this.reply({ kind: 'text', text });
    if (this.options.subAgent === true) await this.reply({ kind: 'text', text });
  }

  get #stopButton(): Locator {
    return this.editor.window.page.locator('.interactive-input-part:visible .codicon-stop-circle').first();
  }

  /** Waits until the turn is over and the chat accepts another prompt. */
  async #ended(): Promise<void> {
    await this.#stopButton.waitFor({ state: 'hidden' });
  }

  async #turn(): Promise<Asked> {
    this.#asked ??= await this.editor.model.next();
    return this.#asked;
  }
}
