import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { alice } from '../demo/people.js';
import { signIn } from '../host/signInPages.js';
import type { Workbench } from '../host/workbench.js';
import { Effort } from './effort.js';
import { questionsOf, startHint, type Question } from './questions.js';

/** How often is looked whether something wants an answer, in milliseconds. */
const glanceMs = 100;
/** How long what was clicked may take to go away, in milliseconds. */
const patienceMs = 20_000;

export interface Wanted {
  /** Text of the answer that is waited for. */
  readonly result: string;
  /** Whether it is worth asking again. Never asking too early spares whom it would count against. */
  readonly isReady: () => boolean;
  /** Gives up after this long. */
  readonly limitMs: number;
}

/**
 * Does what any user would do who wants the prompt's result: says yes to whatever asks, and types the prompt again
 * where the chat ended without it. Knows nothing of who asks, and counts each act where it does it: a dialog when
 * it is answered, a click when it is made, a window when the browser opens it. Typing, and the click into the field
 * that is typed into, belongs to the prompt or form and is no click of its own.
 */
export class UserAtWork {
  readonly effort = new Effort();
  /** What the browser has opened beside the editor. */
  private readonly popups: Page[] = [];
  /** The hint stays after it was followed. */
  private hasStarted = false;

  constructor(private readonly workbench: Workbench) {}

  /**
   * @returns the answer's line that has the result
   * @throws Error naming what was met where the result does not come
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
    // Another of its kind may follow at once, in its place or as one that asks the same.
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
