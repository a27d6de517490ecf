import type { BrowserContext, Locator, Page } from 'playwright-core';
import { ChatPanel } from './chatPanel.js';

const STEP_LIMIT_MS = 45_000;

/** VS Code's window as a user uses it: by keys, visible texts and buttons, without access to its state. */
export class Workbench {
  readonly chat: ChatPanel;

  private constructor(readonly page: Page) {
    this.chat = new ChatPanel(page);
  }

  /**
   * Opens the editor's page and waits until it is usable.
   *
   * @param url the address, with a folder in its query if one is to open
   */
  static async open(context: BrowserContext, url: string): Promise<Workbench> {
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_LIMIT_MS);
    await page.goto(url);
    const workbench = new Workbench(page);
    await workbench.ready();
    return workbench;
  }

  /** Reloads the window, as "Developer: Reload Window" does. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  private async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar').waitFor();
    await this.page.locator('.monaco-workbench .activitybar .action-item').first().waitFor();
  }

  /**
   * Runs a command from the palette. The palette lists the commands known when it opened, so a missing
   * command is searched for again. It is also retried if the palette closes because it lost the focus.
   *
   * @param label as the palette shows it, with its category
   */
  async runCommand(label: string): Promise<void> {
    const row = this.quickInputRow(label);
    const choose = async () => {
      await this.quickInputBox.fill(`>${label}`, { timeout: 2_000 });
      await row.click({ timeout: 3_000 });
    };
    for (const deadline = Date.now() + STEP_LIMIT_MS; ;) {
      await this.openPalette();
      const chosen = await choose().then(
        () => true,
        () => false,
      );
      if (chosen) return;
      if (Date.now() > deadline) throw new Error(`the command palette has no "${label}"`);
      await this.page.keyboard.press('Escape');
    }
  }

  private async openPalette(): Promise<void> {
    for (const deadline = Date.now() + STEP_LIMIT_MS; ;) {
      await this.page.keyboard.press('F1');
      const opened = await this.quickInputBox.waitFor({ timeout: 2_000 }).then(
        () => true,
        () => false,
      );
      if (opened) return;
      if (Date.now() > deadline) throw new Error('the command palette does not open');
    }
  }

  private get quickInputBox(): Locator {
    return this.page.locator('.quick-input-widget:visible .quick-input-box input');
  }

  private quickInputRow(label: string): Locator {
    const name = this.page.locator('.label-name').filter({ hasText: exactly(label) });
    return this.page.locator('.quick-input-widget:visible .monaco-list-row').filter({ has: name }).first();
  }

  /**
   * Picks a row of the visible or next quick pick.
   *
   * @param label the row's first text, exactly
   */
  async pick(label: string): Promise<void> {
    await this.quickInputRow(label).click();
  }

  /** Runs a command with a list and picks a row. Retries if the list closed because it lost the focus. */
  async runAndPick(command: string, label: string): Promise<void> {
    for (const deadline = Date.now() + STEP_LIMIT_MS; ;) {
      await this.runCommand(command);
      // The element under the pointer shows a tooltip, which may cover the rows below.
      await this.page.mouse.move(0, 0);
      const isPicked = await this.quickInputRow(label)
        .click({ timeout: 5_000 })
        .then(
          () => true,
          () => false,
        );
      if (isPicked) return;
      if (Date.now() > deadline) throw new Error(`“${command}” does not let “${label}” be picked`);
      await this.page.keyboard.press('Escape');
    }
  }

  /** Confirms a quick pick with multiple selection. */
  async confirmPicks(): Promise<void> {
    await this.page.locator('.quick-input-widget:visible').getByRole('button', { name: 'OK' }).click();
  }

  /**
   * Waits for a row of the visible or next quick pick.
   *
   * @param label the row's first text, exactly
   */
  async seeRow(label: string): Promise<void> {
    await this.quickInputRow(label).waitFor();
  }

  /**
   * Waits until VS Code's own list of MCP servers, which is updated half a second after an extension's
   * change, has these servers and lacks those. A chat that starts earlier would have the previous tools.
   */
  async seeMcpServers(these: readonly string[], those: readonly string[] = []): Promise<void> {
    await this.runCommand('MCP: List Servers');
    await this.seeRow('Add Server');
    for (const name of these) await this.seeRow(name);
    for (const name of those) await this.quickInputRow(name).waitFor({ state: 'detached' });
    // Another element, such as the list of notifications, may have the focus.
    for (const deadline = Date.now() + STEP_LIMIT_MS; ;) {
      await this.quickInputBox.press('Escape', { timeout: 2_000 }).catch(() => undefined);
      if (!(await this.quickInputBox.isVisible())) return;
      if (Date.now() > deadline) throw new Error('the list of MCP servers does not close');
      await this.page.waitForTimeout(50);
    }
  }

  /**
   * Types into the visible or next input box, and confirms.
   *
   * @param prompt part of its prompt
   */
  async enter(prompt: string, value: string): Promise<void> {
    await this.type(prompt, value);
    await this.page.keyboard.press('Enter');
  }

  /**
   * Types into the visible or next box.
   *
   * @param prompt part of its prompt
   */
  async type(prompt: string, value: string): Promise<void> {
    const widget = this.page.locator('.quick-input-widget:visible').filter({ hasText: prompt });
    await widget.locator('.quick-input-box input').fill(value);
  }

  /**
   * Enters a path into the editor's own file dialog, on the editor's machine.
   *
   * @param file absolute
   */
  async saveAs(file: string): Promise<void> {
    const ok = this.page.locator('.quick-input-widget:visible').getByRole('button', { name: 'OK' });
    await ok.waitFor();
    // The dialog lists the folder first and then replaces earlier input by the proposed name.
    while (await ok.isVisible()) {
      await this.quickInputBox.fill(file, { timeout: 2_000 }).catch(() => undefined);
      await this.page.waitForTimeout(100);
      const written = await this.quickInputBox.inputValue({ timeout: 2_000 }).catch(() => '');
      if (written === file) await ok.click({ timeout: 2_000 }).catch(() => undefined);
    }
  }

  /** Returns the text of the visible quick pick or input box. */
  async quickInputText(): Promise<string> {
    return this.page.locator('.quick-input-widget:visible').innerText();
  }

  /** Waits until the visible quick pick or input box shows the text. */
  async seeInQuickInput(text: string): Promise<void> {
    await this.page.locator('.quick-input-widget:visible').filter({ hasText: text }).waitFor();
  }

  /** Returns a notification with the text. It may fade after some seconds. */
  notification(text: string): Locator {
    return this.page.locator('.notification-list-item').filter({ hasText: text }).first();
  }

  async clickNotification(text: string, button: string): Promise<void> {
    await this.notification(text).getByRole('button', { name: button }).click();
  }

  /** Closes all notifications, visible and stored. */
  async clearNotifications(): Promise<void> {
    await this.runCommand('Notifications: Clear All Notifications');
    await this.page.locator('.notification-list-item').first().waitFor({ state: 'detached' });
  }

  /** Answers a modal dialog. */
  async clickDialog(text: string, button: string): Promise<void> {
    const dialog = this.page.locator('.monaco-dialog-box').filter({ hasText: text });
    await dialog.getByRole('button', { name: button }).click();
  }

  /**
   * Waits until the clipboard has the expected text.
   *
   * @returns the clipboard's text
   */
  async clipboard(isIt: (text: string) => boolean): Promise<string> {
    await this.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    for (const deadline = Date.now() + STEP_LIMIT_MS; ;) {
      // A page without the focus, for example while its webview has it, may not read the clipboard.
      await this.page.bringToFront();
      const text = await this.page.evaluate(async () => {
        window.focus();
        return navigator.clipboard.readText().catch(() => '');
      });
      if (isIt(text)) return text;
      if (Date.now() > deadline) throw new Error('the clipboard does not hold what was copied');
      await this.page.waitForTimeout(50);
    }
  }

  /** Returns a status bar item with the text. */
  statusItem(text: string): Locator {
    return this.page.locator('.statusbar .statusbar-item').filter({ hasText: text }).first();
  }

  /**
   * Returns the visible rows of a tree view.
   *
   * @param title the view's own title
   */
  async treeRows(title: string): Promise<string[]> {
    const pane = this.page
      .locator('.pane')
      .filter({ has: this.page.locator('.pane-header', { hasText: title }) });
    const rows = pane.locator('.monaco-list-row');
    await rows.first().waitFor();
    return (await rows.allInnerTexts()).map((row) => row.replace(/\s+/g, ' ').trim());
  }

  /**
   * Enables Copilot Chat, which is disabled in a new browser profile. Enabling has no effect before the
   * editor has listed its extensions, so it is repeated until it takes effect.
   *
   * @param modelName the model's name in the chat's input, which appears when Copilot Chat runs
   */
  async enableCopilot(modelName: string): Promise<void> {
    const model = this.page.locator('.interactive-input-part').filter({ hasText: modelName }).first();
    for (const deadline = Date.now() + 2 * STEP_LIMIT_MS; ;) {
      await this.runCommand('Extensions: Enable All Extensions');
      await this.chat.open();
      const shown = await model.waitFor({ timeout: 10_000 }).then(
        () => true,
        () => false,
      );
      if (shown) return;
      if (Date.now() > deadline) throw new Error(`Copilot Chat did not offer ${modelName}`);
    }
  }

  /** Performs an act that opens a page, and returns the loaded page. */
  async pageOpenedBy(act: () => Promise<void>): Promise<Page> {
    const opened = this.page.context().waitForEvent('page', { timeout: STEP_LIMIT_MS });
    const [page] = await Promise.all([opened, act()]);
    page.setDefaultTimeout(STEP_LIMIT_MS);
    await page.waitForLoadState();
    return page;
  }
}

function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+')}\\s*$`);
}
