import type { Locator, Page } from 'playwright-core';
import { ConsentCard, ConsentNotification, type ConsentQuestion } from './consentQuestion.js';
import { editorUnderTest } from './editor.js';

/** The label of the button that runs a tool. VS Code 1.103 uses “Continue”. */
const ALLOW = /^(Allow|Continue)/;

/** Copilot Chat in the secondary side bar, in agent mode. */
export class ChatPanel {
  constructor(
    private readonly page: Page,
    private readonly editor = editorUnderTest(),
  ) {}

  private get input(): Locator {
    return this.page.locator('.interactive-input-part:visible .monaco-editor').last();
  }

  private get rows(): Locator {
    return this.page.locator('.interactive-session:visible .monaco-list-row');
  }

  private get answers(): Locator {
    return this.rows.filter({ has: this.page.locator('.interactive-response') });
  }

  /** Shows the chat if it is hidden. A window starts with it open. */
  async open(): Promise<void> {
    if (!(await this.input.isVisible())) await this.page.keyboard.press('Control+Alt+I');
    await this.input.waitFor();
  }

  /**
   * Drags the side bar's edge, since at its default width the chat breaks lines within words.
   *
   * @param width in CSS pixels
   */
  async widenTo(width: number): Promise<void> {
    const bar = await this.page.locator('.part.auxiliarybar').boundingBox();
    if (!bar) throw new Error('the secondary side bar is not shown');
    const y = bar.y + bar.height / 2;
    await this.page.mouse.move(bar.x - 2, y);
    await this.page.mouse.down();
    await this.page.mouse.move(bar.x + bar.width - width, y, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Types into the input as a user does, without sending. */
  async type(text: string): Promise<void> {
    await this.open();
    await this.input.click();
    await this.page.keyboard.type(text);
    await this.inputHolds(text);
  }

  /** Waits until the input shows the text, which must fit on one line. */
  async inputHolds(text: string): Promise<void> {
    const line = this.page.locator('.interactive-input-part .view-line');
    await line.filter({ hasText: text }).first().waitFor();
  }

  /** Types a prompt as a user does and sends it. */
  async submit(prompt: string): Promise<void> {
    await this.type(prompt);
    await this.page.keyboard.press('Enter');
    await this.rows.filter({ hasText: prompt }).first().waitFor();
  }

  /** Starts an empty conversation. Earlier ones stay in the list of sessions. */
  async startAnew(): Promise<void> {
    await this.open();
    // In a new window, the button may take effect only after the first prompt was sent, and then hides that
    // conversation.
    if ((await this.rows.count()) === 0) return;
    await this.page
      .locator('.part.auxiliarybar')
      .getByRole('button', { name: /^New Chat/ })
      .first()
      .click();
    await this.rows.first().waitFor({ state: 'detached' });
  }

  /**
   * Waits until the newest answer contains the text.
   *
   * @returns the whole answer's text
   */
  async waitForAnswer(text: string, timeoutMs?: number): Promise<string> {
    const answer = this.answers.last();
    await answer.filter({ hasText: text }).waitFor(timeoutMs === undefined ? {} : { timeout: timeoutMs });
    return this.answerText();
  }

  /** Returns the newest answer's visible text, with single spaces. */
  async answerText(): Promise<string> {
    return (await this.answers.last().innerText()).replace(/\s+/g, ' ').trim();
  }

  /** Returns all visible answers, each line by line. */
  async answerTexts(): Promise<string[]> {
    return this.answers.allInnerTexts();
  }

  /** Checks whether an answer is in progress or waits for something. */
  async isAnswering(): Promise<boolean> {
    return (await this.page.locator('.chat-response-loading').count()) > 0;
  }

  /** Checks whether a tool waits for approval. */
  async asksForApproval(): Promise<boolean> {
    return this.card('Run ').getByRole('button', { name: ALLOW }).first().isVisible();
  }

  /** Returns a card that waits for a click, by its title or any text in it. */
  private card(text: string): Locator {
    return this.page
      .locator('.chat-confirmation-widget2, .chat-confirmation-widget:has(> .chat-buttons-container)')
      .filter({ hasText: text })
      .filter({ visible: true })
      .last();
  }

  /**
   * Approves the call of a tool that is not read-only.
   *
   * @param tool its title, or its name if it has no title
   */
  async approveTool(tool: string): Promise<void> {
    await this.approve(`Run ${tool}`);
  }

  /**
   * Approves a tool if the editor asks, which it does not after an earlier approval under the same name.
   *
   * @param answer the text that follows
   */
  async approveToolWhereAsked(tool: string, answer: string): Promise<void> {
    const allow = this.card(`Run ${tool}`).getByRole('button', { name: ALLOW }).first();
    const answered = this.answers.last().filter({ hasText: answer });
    await allow.or(answered).first().waitFor();
    if (await allow.isVisible()) await allow.click();
    await answered.waitFor();
  }

  /**
   * Confirms a tool's question before it runs.
   *
   * @param title of its card
   */
  async approve(title: string): Promise<void> {
    await this.card(title).getByRole('button', { name: ALLOW }).first().click();
  }

  /**
   * The card of a URL elicitation, or the notification in its place if the editor shows no card. It is
   * absent before the server asks and after the user answers.
   */
  get consentCard(): ConsentQuestion {
    if (!this.editor.showsCards) return new ConsentNotification(this.page);
    const open = this.page.getByRole('button', { name: /^Open / });
    return new ConsentCard(this.card('Authorization Required').filter({ has: open }));
  }

  /**
   * Returns the question of a form elicitation. It is absent before the server asks and after the user
   * answers.
   */
  question(text: string): Locator {
    // VS Code 1.103 shows a card with “Respond”, which lists the answers in a quick pick.
    if (!this.editor.hasCopilotChat) return this.card(text);
    return this.page.locator('.chat-question-carousel-container:visible').filter({ hasText: text });
  }

  /** Chooses one of a question's answers, which sends it. */
  async answerQuestion(text: string, answer: string): Promise<void> {
    const question = this.question(text);
    if (this.editor.hasCopilotChat)
      return question.locator('.chat-question-list-item', { hasText: answer }).click();
    await question.getByRole('button', { name: 'Respond' }).click();
    await this.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: answer }).click();
  }

  /** Waits until the turn has ended, and expands "Completed n steps", which hides the steps by then. */
  async unfoldSteps(): Promise<void> {
    // VS Code 1.103 does not collapse the steps.
    if (!this.editor.hasCopilotChat) return;
    await this.waitForAnswer('Completed');
    const summary = this.answers.last().locator('.completed-response-summary');
    await summary.waitFor();
    if ((await summary.getAttribute('aria-expanded')) !== 'true') await summary.click();
  }
}
