import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { alice } from '../demo/people.js';
import { signIn } from '../host/signInPages.js';
import type { Workbench } from '../host/workbench.js';

/** What a person met and did between a prompt and its result. */
export interface Effort {
  /** Times the same prompt had to be typed. */
  prompts: number;
  /** Modal dialogs of the editor, and cards in its chat, that wanted an answer. */
  dialogs: number;
  /** Clicks in the editor and in the browser's pages. */
  clicks: number;
  /** Browser windows or tabs that were opened. */
  windows: number;
  /** Each in the order it was met, in words. */
  readonly met: string[];
}

/** How often is looked whether something wants an answer, in milliseconds. */
const glance = 100;

export interface Wanted {
  /** Text of the answer that is waited for. */
  readonly result: string;
  /** Text of an answer that means it was not tried. */
  readonly vain: string;
  /** Whether it is worth asking again: the server's tools have been listed. */
  readonly isReady: () => boolean;
  /** Gives up after this long. */
  readonly limitMs: number;
}

/**
 * Does what any person would do who wants the prompt's result: answers whatever asks, always with yes, and asks
 * again where the chat ended without trying. Knows nothing of who asks.
 *
 * @throws Error naming what was met where the result does not come
 */
export async function obtain(
  workbench: Workbench,
  prompt: string,
  { result, vain, isReady, limitMs }: Wanted,
): Promise<Effort> {
  const { page, chat } = workbench;
  const effort: Effort = { prompts: 0, dialogs: 0, clicks: 0, windows: 0, met: [] };
  const click = async (what: string, locator: Locator) => {
    await locator.click();
    effort.clicks += 1;
    effort.met.push(what);
  };
  const opened = (popup: Page) => {
    effort.windows += 1;
    effort.met.push('a browser window');
    popup.setDefaultTimeout(10_000);
  };
  const ask = async () => {
    await chat.submit(prompt);
    effort.prompts += 1;
    effort.met.push('the prompt');
  };
  page.context().on('page', opened);
  // The hint stays after it was followed.
  let isStarting = false;
  try {
    await ask();
    for (const deadline = Date.now() + limitMs; Date.now() < deadline; await delay(glance)) {
      const answer = await chat.answerText().catch(() => '');
      if (answer.includes(result)) return effort;
      const popup = page.context().pages().find((other) => other !== page && !other.isClosed() && other.url() !== 'about:blank'); // prettier-ignore
      if (popup !== undefined && (await answerPage(popup, click))) continue;
      const dialog = page.locator('.monaco-dialog-box:visible');
      if (await dialog.isVisible()) {
        effort.dialogs += 1;
        const words = (await dialog.innerText()).replace(/\s+/g, ' ').slice(0, 90);
        await click(`a dialog: ${words}`, yesIn(dialog));
        await dialog.waitFor({ state: 'hidden' });
        continue;
      }
      const card = page
        .locator('.chat-confirmation-widget2:visible')
        .filter({ has: yesIn(page) })
        .last();
      if (await card.isVisible()) {
        effort.dialogs += 1;
        const words = (await card.innerText()).replace(/\s+/g, ' ').slice(0, 60);
        await click(`a card: ${words}`, yesIn(card));
        await card.waitFor({ state: 'hidden' });
        continue;
      }
      const start = page
        .locator('.interactive-session:visible')
        .getByText(/^Start (it|them) now/)
        .last();
      if (!isStarting && (await start.isVisible())) {
        isStarting = true;
        effort.dialogs += 1;
        await click('a hint: start the server', start);
        continue;
      }
      if (answer.includes(vain) && isReady()) {
        await chat.startAnew();
        await ask();
      }
    }
  } finally {
    page.context().off('page', opened);
  }
  throw new Error(`the result did not come; met: ${effort.met.join(' → ')}`);
}

/** @returns whether there was anything to do */
async function answerPage(
  popup: Page,
  click: (what: string, locator: Locator) => Promise<void>,
): Promise<boolean> {
  const allow = popup.getByRole('button', { name: 'Allow' });
  const submit = popup.getByRole('button', { name: 'Sign in', exact: true });
  if (await allow.isVisible()) {
    await click('“Allow” on the consent page', allow);
  } else if (await submit.isVisible()) {
    await signIn(popup, alice, (button) => click('“Sign in” on the sign-in page', button));
  } else if (/can close this|signed in|success/i.test(await popup.innerText('body').catch(() => ''))) {
    await popup.close();
  } else return false;
  return true;
}

function yesIn(place: Locator | Page): Locator {
  return place.getByRole('button', { name: /^(Allow|Open|Continue|Sign in|Yes|OK)\b/ }).first();
}
