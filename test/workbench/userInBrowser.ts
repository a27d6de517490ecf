import type { Page } from 'playwright-core';
import { alice, type DemoUser } from '../demo/people.js';
import { signIn } from '../host/signInPages.js';
import type { Workbench } from '../host/workbench.js';

/**
 * Signs in on the authorization server's page and stops at the consent page.
 *
 * @returns the text of the consent page
 */
export async function reachConsent(page: Page, user: DemoUser = alice): Promise<string> {
  const email = page.getByLabel('Email');
  const allow = page.getByRole('button', { name: 'Allow' });
  await email.or(allow).waitFor();
  if (await email.isVisible()) await signIn(page, user);
  await allow.waitFor();
  return page.locator('main').innerText();
}

/** Completes the authorization server's pages and returns to the editor. */
export async function answer(
  page: Page,
  window: Workbench,
  decision: 'Allow' | 'Deny' = 'Allow',
  user: DemoUser = alice,
): Promise<void> {
  await reachConsent(page, user);
  await page.getByRole('button', { name: decision }).click();
  await backToEditor(page, window);
}

/** Checks that the page shows completion, closes the tab and returns to the editor. */
export async function backToEditor(page: Page, window: Workbench): Promise<void> {
  await page.getByText(/You can close this (page|tab)/).waitFor();
  await page.close();
  await window.page.bringToFront();
}
