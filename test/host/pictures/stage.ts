import type { Locator, Page } from 'playwright-core';
import { alice, type DemoUser } from '../../demo/people.js';
import type { DemoEditor } from '../demoEditor.js';
import { signIn } from '../signInPages.js';
import type { Workbench } from '../workbench.js';
import type { Album } from './album.js';
import type { UserSettings } from '../userSettings.js';
import type { ServersInEachStatus } from './serversInEachStatus.js';

/** A part of the extension's user interface, which is shown and photographed. */
export interface Surface {
  readonly name: string;
  take(stage: Stage): Promise<void>;
}

/** The editor whose surfaces are photographed, and a user's actions in it. */
export class Stage {
  constructor(
    readonly workbench: Workbench,
    readonly demo: DemoEditor,
    readonly servers: ServersInEachStatus,
    readonly album: Album,
    readonly settings: UserSettings,
  ) {}

  get page(): Page {
    return this.workbench.page;
  }

  get sideBar(): Locator {
    return this.page.locator('.part.sidebar');
  }

  get chatBar(): Locator {
    return this.page.locator('.part.auxiliarybar');
  }

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** Returns the first row of the view “Servers” with this label. */
  row(name: string): Locator {
    const label = this.page.locator('.label-name').filter({ hasText: new RegExp(`^${name}$`) });
    return this.sideBar.locator('.monaco-list-row').filter({ has: label }).first();
  }

  async unfold(name: string): Promise<void> {
    await this.#turn(name, 'true');
  }

  async fold(name: string): Promise<void> {
    await this.#turn(name, 'false');
  }

  /** A click toggles a row, which also restores the state of its children. */
  async #turn(name: string, expanded: 'true' | 'false'): Promise<void> {
    const row = this.row(name);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) !== expanded) await row.click();
    await this.sideBar
      .locator(`.monaco-list-row[aria-expanded="${expanded}"]`, { hasText: name })
      .first()
      .waitFor();
  }

  /** Closes everything that an earlier surface left open over the window. */
  async clear(): Promise<void> {
    await this.page.bringToFront();
    await this.showViews();
    for (let presses = 0; presses < 3; presses += 1) await this.page.keyboard.press('Escape');
    await this.workbench.clearNotifications();
    await this.workbench.runCommand('View: Close All Editors');
  }

  /** Picks a row of the visible quick pick, which may be outside the visible rows. */
  async choose(label: string): Promise<void> {
    await this.quickInput.locator('.quick-input-box input').fill(label);
    await this.workbench.pick(label);
  }

  /** Shows the views of MCP OAuth in the side bar. */
  async showViews(): Promise<void> {
    const title = this.sideBar.locator('.title-label', { hasText: 'MCP OAuth' });
    if (await title.isVisible()) return;
    await this.page.locator('.activitybar').getByRole('tab', { name: 'MCP OAuth' }).click();
    await title.waitFor();
  }

  /** Signs in if no account is signed in. */
  async signedIn(name: string, user: DemoUser = alice): Promise<void> {
    await this.row(name).waitFor();
    if (await this.row(name).filter({ hasText: '@' }).isVisible()) return;
    const popup = await this.begin(name);
    await this.consent(popup, user);
    await popup.close();
    await this.page.bringToFront();
    await this.row(name).filter({ hasText: '@' }).waitFor();
    await this.workbench.clearNotifications();
  }

  /** Signs out. The command lists servers only if several are signed in. */
  async signOut(name: string): Promise<void> {
    const signedOut = this.row(name).filter({ hasText: 'Signed out' });
    const question = this.quickInput.getByPlaceholder('Sign out of which');
    await this.workbench.runCommand('MCP OAuth: Sign Out…');
    await question.or(signedOut).first().waitFor();
    if (await question.isVisible()) await this.choose(name);
    await signedOut.waitFor();
    await this.workbench.clearNotifications();
  }

  /**
   * Begins a sign-in with several configured servers.
   *
   * @returns the browser's page
   */
  begin(name: string): Promise<Page> {
    return this.workbench.pageOpenedBy(async () => {
      await this.workbench.runCommand('MCP OAuth: Sign In…');
      await this.choose(name);
    });
  }

  /** Completes the browser's pages, and leaves the last one open. */
  async consent(popup: Page, user: DemoUser = alice): Promise<void> {
    const allow = popup.getByRole('button', { name: 'Allow' });
    const email = popup.getByLabel('Email');
    await email.or(allow).waitFor();
    if (await email.isVisible()) await signIn(popup, user);
    await allow.click();
    await popup.getByText(/You can close this (page|tab)/).waitFor();
  }
}
