import type { Locator, Page } from 'playwright-core';
import type { DemoUser } from '../demo/people.js';
import type { Screenshots } from './screenshots.js';

/**
 * Fills in a sign-in page of the demo world and submits it.
 *
 * @param click clicks the button
 */
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
 * Checks the consent page and allows the request.
 *
 * @param scopes required texts of the page
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
