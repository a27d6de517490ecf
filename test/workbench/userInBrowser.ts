import type { Page } from 'playwright-core';
import { alice, type DemoUser } from '../demo/people.js';
import { signIn } from '../host/signInPages.js';
import type { Workbench } from '../host/workbench.js';

/** Signs in where the authorization server asks who it is, and stops at the consent page. @returns its text */
export async function reachConsent(page: Page, user: DemoUser = alice): Promise<string> {
  const email = page.getByLabel('Email');
  const allow = page.getByRole('button', { name: 'Allow' });
  await email.or(allow).waitFor();
  if (await email.isVisible()) await signIn(page, user);
  await allow.waitFor();
  return page.locator('main').innerText();
}

/** Goes through the authorization server's pages and back to the editor. */
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

/** Reads that there is nothing more to do in the browser, closes the tab and turns to the editor again. */
export async function backToEditor(page: Page, window: Workbench): Promise<void> {
  await page.getByText(/You can close this (page|tab)/).waitFor();
  await page.close();
  await window.page.bringToFront();
}
