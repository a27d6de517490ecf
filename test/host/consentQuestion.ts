import type { Locator, Page } from 'playwright-core';

/** A request for a user's consent: a card in the chat, or a notification if the chat cannot show a link. */
export interface ConsentQuestion {
  /** Its text with single spaces, once it is shown. */
  text(): Promise<string>;
  /** Checks whether it waits for an answer. */
  isShown(): Promise<boolean>;
  open(): Promise<void>;
  cancel(): Promise<void>;
}

/** "Authorization Required – <server>", the message, the address, "Open <host>" and "Cancel". */
export class ConsentCard implements ConsentQuestion {
  constructor(private readonly locator: Locator) {}

  async text(): Promise<string> {
    return textOf(this.locator);
  }

  async isShown(): Promise<boolean> {
    return this.locator.isVisible();
  }

  async open(): Promise<void> {
    await this.locator.getByRole('button', { name: /^Open / }).click();
  }

  async cancel(): Promise<void> {
    await this.locator.getByRole('button', { name: 'Cancel', exact: true }).click();
  }
}

/** "<server> needs you to sign in for <tool>." or "<server> needs more access for <tool>.", and the same facts. */
export class ConsentNotification implements ConsentQuestion {
  private readonly locator: Locator;

  constructor(page: Page) {
    this.locator = page
      .locator('.notification-list-item')
      .filter({ hasText: /needs (you to sign in|more access), for / })
      .first();
  }

  async text(): Promise<string> {
    return textOf(this.locator);
  }

  async isShown(): Promise<boolean> {
    return this.locator.isVisible();
  }

  async open(): Promise<void> {
    await this.locator.getByRole('button', { name: /^(Sign In|Grant Access)$/ }).click();
  }

  async cancel(): Promise<void> {
    await this.locator.getByRole('button', { name: 'Not Now' }).click();
  }
}

async function textOf(locator: Locator): Promise<string> {
  return (await locator.innerText()).replace(/\s+/g, ' ').trim();
}
