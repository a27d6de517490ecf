import type { Locator, Page } from 'playwright-core';
import type { DemoUser } from '../demo/people.js';
import type { Screenshots } from './screenshots.js';

/** Fills a sign-in page of the demo world and sends it. @param click how the button is clicked */
export async function signIn(
  page: Page,
  user: Pick<DemoUser, 'email' | 'password'>,
  click: (button: Locator) => Promise<void> = (button) => button.click(),
): Promise<void> {
  await page.getByLabel('Email').fill(user.email);
  await page.getByLabel('Password').fill(user.password);
  await click(page.getByRole('button', { name: 'Sign in', exact: true }));
}

/**
 * Reads the consent page and allows what it asks for.
 *
 * @param scopes every one must be named in the page
 */
export async function allow(
  page: Page,
  shots: Screenshots,
  shotName: string,
  scopes: readonly string[],
): Promise<void> {
  const button = page.getByRole('button', { name: 'Allow' });
  await button.waitFor();
  await shots.take(page, shotName, ...scopes);
  await button.click();
}
