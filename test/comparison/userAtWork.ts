import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { alice } from '../demo/people.js';
import { signIn } from '../host/signInPages.js';
import type { Workbench } from '../host/workbench.js';
import { Effort } from './effort.js';
import { questionsOf, startHint, type Question } from './questions.js';

/** Polling interval for questions, in milliseconds. */
const glanceMs = 100;
/** Time for a clicked element to disappear, in milliseconds. */
const patienceMs = 20_000;

export interface Wanted {
  /** Text of the expected answer. */
  readonly result: string;
  /** Returns whether to prompt again. Prompting too early would count against a way unfairly. */
  readonly isReady: () => boolean;
  /** Longest time for the result, in milliseconds. */
  readonly limitMs: number;
}

/**
 * Acts as any user who wants the prompt's result: approves every question, and repeats the prompt if the
 * chat ended without the result. It does not distinguish between the senders of questions. It counts a
 * dialog when it is answered, a click when it is made, and a window when the browser opens it. Typing and
 * the click into the field belong to the prompt or form and do not count as clicks.
 */
export class UserAtWork {
  readonly effort = new Effort();
  /** The pages that the browser has opened in addition to the editor. */
  private readonly popups: Page[] = [];
  /** The hint remains after its link was clicked. */
  private hasStarted = false;

  constructor(private readonly workbench: Workbench) {}

  /**
   * @returns the answer's line with the result
   * @throws Error with the unexpected state if there is no result
   */
  async obtain(prompt: string, { result, isReady, limitMs }: Wanted): Promise<string> {
    const { page, chat } = this.workbench;
    const opened = (popup: Page) => {
      this.effort.add('a browser window opens', 'windows');
      this.popups.push(popup);
      popup.setDefaultTimeout(patienceMs);
    };
    page.context().on('page', opened);
    try {
      await this.ask(prompt);
      for (const deadline = Date.now() + limitMs; Date.now() < deadline;) {
        await delay(glanceMs);
        const answers = await chat.answerTexts();
        const lines = answers.flatMap((answer) => answer.split('\n'));
        const found = lines.find((line) => line.includes(result));
        if (found !== undefined) return found.trim();
        if ((await this.answerBrowser()) || (await this.answerEditor())) continue;
        const hasEnded = answers.length >= this.effort.prompts && !(await chat.isAnswering());
        if (hasEnded && isReady()) await this.ask(prompt);
      }
    } finally {
      page.context().off('page', opened);
    }
    throw new Error(`the result did not come; met so far:\n${this.effort.lines().join('\n')}`);
  }

  private async ask(prompt: string): Promise<void> {
    await this.workbench.chat.submit(prompt);
    this.effort.prompt(`types “${prompt}”`);
  }

  /** @returns whether there was anything to do */
  private async answerBrowser(): Promise<boolean> {
    const popup = this.popups.findLast((page) => !page.isClosed());
    if (popup === undefined) return false;
    const allow = popup.getByRole('button', { name: 'Allow' });
    const submit = popup.getByRole('button', { name: 'Sign in', exact: true });
    const clickAndLeave = async (button: Locator, words: string) => {
      await button.click();
      this.effort.add(words, 'clicks');
      await button.waitFor({ state: 'hidden' }).catch((error: unknown) => {
        if (!popup.isClosed()) throw error;
      });
    };
    if (await submit.isVisible()) {
      await signIn(popup, alice, (button) => clickAndLeave(button, 'sign-in page: clicks “Sign in”'));
    } else if (await allow.isVisible()) {
      await clickAndLeave(allow, 'consent page: clicks “Allow”');
    } else if (await popup.getByText(/You can close this (page|tab)/).isVisible()) {
      await popup.close();
      this.effort.add('last page: closes it', 'clicks');
    } else return false;
    return true;
  }

  /** @returns whether there was anything to do */
  private async answerEditor(): Promise<boolean> {
    for (const question of questionsOf(this.workbench.page)) {
      if (!(await question.yes.isVisible())) continue;
      await this.sayYes(question);
      return true;
    }
    const hint = startHint(this.workbench.page);
    if (this.hasStarted || !(await hint.isVisible())) return false;
    const words = singleSpaced(await hint.innerText());
    await hint.click();
    this.hasStarted = true;
    this.effort.add(`hint in the chat: clicks “${words}”`, 'clicks');
    return true;
  }

  private async sayYes({ kind, asked, yes }: Question): Promise<void> {
    const words = singleSpaced(await asked.innerText());
    const answer = singleSpaced(await yes.innerText());
    const button = await yes.elementHandle({ timeout: patienceMs });
    await yes.click();
    this.effort.add(`${kind} “${shortened(words)}”: clicks “${shortened(answer, 24)}”`, 'dialogs', 'clicks');
    // Another question of the same kind may follow at once, in the same place or with the same text.
    for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
      await delay(glanceMs);
      if (!(await button.isVisible())) return;
      const now = await asked.innerText({ timeout: glanceMs }).catch(() => '');
      if (singleSpaced(now) !== words) return;
    }
    throw new Error(`the ${kind} “${words}” stays after “${answer}” was clicked`);
  }
}

function singleSpaced(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function shortened(text: string, length = 44): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
