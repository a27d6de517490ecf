import type { Page } from 'playwright-core';
import type { MachineSettings } from './machineSettings.js';

/** A colour theme as it is named in pictures, in settings, and in the class of VS Code's window. */
export interface Theme {
  readonly name: 'light' | 'dark' | 'hc' | 'hc-light';
  readonly setting: string;
  readonly windowClass: string;
}

export const themes: readonly Theme[] = [
  { name: 'light', setting: 'Light Modern', windowClass: 'vs' },
  { name: 'dark', setting: 'Dark Modern', windowClass: 'vs-dark' },
  { name: 'hc', setting: 'Default High Contrast', windowClass: 'hc-black' },
  { name: 'hc-light', setting: 'Default High Contrast Light', windowClass: 'hc-light' },
];

/** Changes the theme of a window that is open, and whatever is open in it stays so. */
export class ThemeSwitch {
  /** @param settings of scope `machine`: a browser's window reads these anew when their file changes, and the person's own not */
  constructor(
    private readonly settings: MachineSettings,
    private readonly window: Page,
  ) {}

  async to(theme: Theme): Promise<void> {
    await this.settings.change({ 'workbench.colorTheme': theme.setting });
    const inTheme = this.window.locator(`.monaco-workbench.${theme.windowClass}`);
    await inTheme.first().waitFor({ timeout: 15_000 });
    // Colours fade over.
    await this.window.waitForTimeout(400);
  }
}
