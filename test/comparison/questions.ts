import type { Locator, Page } from 'playwright-core';

/** Something of the editor's that waits for an answer. */
export interface Question {
  readonly kind: string;
  /** All that is there of it now. */
  readonly asked: Locator;
  /** What is clicked to say yes. */
  readonly yes: Locator;
}

const yesWords = /^(Allow|Open|Continue|Sign in|Yes|OK)\b/;

function yesIn(place: Locator | Page): Locator {
  return place.getByRole('button', { name: yesWords }).first();
}

/** Every place in which the editor can ask a person something, whoever it is that asks. */
export function questionsOf(page: Page): Question[] {
  const places: [string, Locator][] = [
    ['modal', page.locator('.monaco-dialog-box:visible')],
    ['card in the chat', page.locator('.chat-confirmation-widget2:visible')],
    ['notification', page.locator('.notification-toast .notification-list-item:visible')],
  ];
  const withButtons = places.map(([kind, place]) => {
    const asked = place.filter({ has: yesIn(page) }).last();
    return { kind, asked, yes: yesIn(asked) };
  });
  const picker = page.locator('.quick-input-widget:visible');
  return [
    ...withButtons,
    { kind: 'quick pick', asked: picker, yes: picker.locator('.monaco-list-row').first() },
  ];
}

/** What the chat says below an answer where a server could not start by itself: a link, which asks for no answer. */
export function startHint(page: Page): Locator {
  return page
    .locator('.interactive-session:visible')
    .getByText(/^Start (it|them) now/)
    .last();
}
