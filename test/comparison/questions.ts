import type { Locator, Page } from 'playwright-core';

/** A question of the editor that waits for an answer. */
export interface Question {
  readonly kind: string;
  /** Its text, without its buttons. */
  readonly asked: Locator;
  /** The element to click for approval. */
  readonly yes: Locator;
}

const yesTexts = /^(Allow|Open|Continue|Sign in|Yes|OK)\b/;

function yesIn(place: Locator | Page): Locator {
  return place.getByRole('button', { name: yesTexts }).first();
}

/** Returns every place in which the editor can ask a user something, with any sender. */
export function questionsOf(page: Page): Question[] {
  const places: [kind: string, place: string, words: string][] = [
    ['modal', '.monaco-dialog-box:visible', '.dialog-message-container'],
    ['card in the chat', '.chat-confirmation-widget2:visible', '.chat-confirmation-widget-title'],
    [
      'notification',
      '.notification-toast .notification-list-item:visible',
      '.notification-list-item-message',
    ],
  ];
  const withButtons = places.map(([kind, place, words]) => {
    const whole = page
      .locator(place)
      .filter({ has: yesIn(page) })
      .last();
    return { kind, asked: whole.locator(words).first(), yes: yesIn(whole) };
  });
  const picker = page.locator('.quick-input-widget:visible');
  return [
    ...withButtons,
    { kind: 'quick pick', asked: picker, yes: picker.locator('.monaco-list-row').first() },
  ];
}

/**
 * Returns the chat's link below an answer if a server could not start automatically. It requires no answer.
 */
export function startHint(page: Page): Locator {
  return page
    .locator('.interactive-session:visible')
    .getByText(/^Start (it|them) now/)
    .last();
}
