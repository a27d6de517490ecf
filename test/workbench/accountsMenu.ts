import type { Locator } from 'playwright-core';
import type { Workbench } from '../host/workbench.js';

/** The menu “Accounts” below the activity bar. */
export class AccountsMenu {
  constructor(private readonly window: Workbench) {}

  private get items(): Locator {
    return this.window.page.locator('.monaco-menu .action-item:visible');
  }

  /** Opens the menu, reads its items, and closes it. */
  async labels(): Promise<string[]> {
    await this.#open();
    const labels = await this.items.allInnerTexts();
    await this.window.page.keyboard.press('Escape');
    await this.items.first().waitFor({ state: 'detached' });
    return labels.map((label) => label.trim()).filter((label) => label !== '');
  }

  /** Signs an account out as a user does: through its submenu and the confirmation. */
  async signOut(account: string): Promise<void> {
    await this.#open();
    await this.items.filter({ hasText: account }).first().hover();
    await this.items.getByText('Sign Out', { exact: true }).waitFor();
    await this.window.page.keyboard.press('ArrowRight');
    await this.window.page.keyboard.press('End');
    await this.window.page.keyboard.press('Enter');
    await this.window.clickDialog(account, 'Sign Out');
  }

  async #open(): Promise<void> {
    await this.window.page.locator('.activitybar').getByRole('button', { name: 'Accounts' }).click();
    await this.items.first().waitFor();
  }
}
