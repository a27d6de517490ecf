import type { Page } from 'playwright-core';
import type { UserSettings } from '../userSettings.js';

/** A colour theme as it is named in pictures, in settings, and in the class of VS Code's window. */
export interface Theme {
  readonly name: 'light' | 'dark' | 'hc' | 'hc-light';
  readonly setting: string;
  readonly windowClass: string;
}

/** Those that every surface is taken in. */
export const themes: readonly Theme[] = [
  { name: 'light', setting: 'Light Modern', windowClass: 'vs' },
  { name: 'dark', setting: 'Dark Modern', windowClass: 'vs-dark' },
  { name: 'hc', setting: 'Default High Contrast', windowClass: 'hc-black' },
];

/** Those that a walkthrough has pictures for. */
export const walkthroughThemes: readonly Theme[] = [
  ...themes,
  { name: 'hc-light', setting: 'Default High Contrast Light', windowClass: 'hc-light' },
];

/** Changes the theme of a window that is open, and whatever is open in it stays so. */
export class ThemeSwitch {
  #shown: Theme | undefined;

  /** @param settings of the window whose theme it is */
  constructor(
    private readonly settings: UserSettings,
    private readonly window: Page,
  ) {}

  /** What is shown now comes first, since each switch takes a while. */
  ordered(wanted: readonly Theme[]): readonly Theme[] {
    return wanted.toSorted((a, b) => Number(b === this.#shown) - Number(a === this.#shown));
  }

  async to(theme: Theme): Promise<void> {
    if (this.#shown !== theme) {
      this.#shown = theme;
      await this.settings.change({ 'workbench.colorTheme': theme.setting });
      const inTheme = this.window.locator(`.monaco-workbench.${theme.windowClass}`);
      await inTheme.first().waitFor({ timeout: 15_000 });
    }
    // Colours fade over, and what has just come slides in.
    await this.window.waitForTimeout(400);
  }
}
