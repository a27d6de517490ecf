import type { Page } from 'playwright-core';
import type { DemoPerson } from '../demo/people.js';
import type { Screenshots } from './screenshots.js';

/** Fills the demo authorization server's sign-in page and sends it. */
export async function signIn(page: Page, person: DemoPerson): Promise<void> {
  await page.getByLabel('Email').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
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
