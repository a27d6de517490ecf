import type { Locator } from 'playwright-core';
import type { Workbench } from '../host/workbench.js';

/** The tree “Servers” of MCP OAuth in the side bar. */
export class ServersView {
  constructor(private readonly window: Workbench) {}

  private get pane(): Locator {
    return this.window.page.locator('.sidebar .pane-body:visible');
  }

  /**
   * Shows the view by its command, since a click on the tab hides a view that is just being restored in a
   * new window.
   */
  async show(): Promise<void> {
    const title = this.window.page.locator('.sidebar .title-label', { hasText: 'MCP OAuth' });
    if (await title.isVisible()) return;
    await this.window.runCommand('View: Show MCP OAuth');
    await title.waitFor();
  }

  /** Returns the row of a server, or of an unreadable entry. */
  row(name: string): Locator {
    const label = this.window.page.locator('.label-name').filter({ hasText: new RegExp(`^${name}$`) });
    return this.pane.locator('.monaco-list-row').filter({ has: label });
  }

  /** Expands a row with the keyboard. */
  async unfold(name: string): Promise<void> {
    await this.row(name).click();
    await this.window.page.keyboard.press('ArrowRight');
  }

  /**
   * Waits until a server's row shows the status.
   *
   * @param status the status's text, or part of the description next to the name
   */
  async waitFor(name: string, status: string): Promise<void> {
    await this.show();
    await this.row(name).filter({ hasText: status }).waitFor();
  }

  /** Waits until the view has no servers. */
  async waitForNone(): Promise<void> {
    await this.show();
    await this.pane.locator('.monaco-list-row').first().waitFor({ state: 'detached' });
  }
}
