import type { Page } from 'playwright-core';
import type { UserSettings } from '../userSettings.js';

/** A colour theme, with its names in pictures, in settings, and in the class of VS Code's window. */
export interface Theme {
  readonly name: 'light' | 'dark' | 'hc' | 'hc-light';
  readonly setting: string;
  readonly windowClass: string;
}

/** The themes for every surface. */
export const themes: readonly Theme[] = [
  { name: 'light', setting: 'Light Modern', windowClass: 'vs' },
  { name: 'dark', setting: 'Dark Modern', windowClass: 'vs-dark' },
  { name: 'hc', setting: 'Default High Contrast', windowClass: 'hc-black' },
];

/** The themes of a walkthrough's pictures. */
export const walkthroughThemes: readonly Theme[] = [
  ...themes,
  { name: 'hc-light', setting: 'Default High Contrast Light', windowClass: 'hc-light' },
];

/** Changes the theme of an open window without closing anything in it. */
export class ThemeSwitch {
  #shown: Theme | undefined;

  /** @param settings of the window */
  constructor(
    private readonly settings: UserSettings,
    private readonly window: Page,
  ) {}

  /** The current theme comes first, since each switch takes a while. */
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
    // Wait for colour transitions and slide-in animations.
    await this.window.waitForTimeout(400);
  }
}
