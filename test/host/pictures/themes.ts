import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

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
  /** @param settingsFile the person's, absolute */
  constructor(
    private readonly settingsFile: string,
    private readonly window: Page,
  ) {}

  async to(theme: Theme): Promise<void> {
    const settings = JSON.parse(await readFile(this.settingsFile, 'utf8')) as Record<string, unknown>;
    const text = JSON.stringify({ ...settings, 'workbench.colorTheme': theme.setting }, undefined, 2);
    await writeFile(`${this.settingsFile}.tmp`, text);
    await rename(`${this.settingsFile}.tmp`, this.settingsFile);
    await this.window.locator(`.monaco-workbench.${theme.windowClass}`).first().waitFor();
    // Colours fade over.
    await this.window.waitForTimeout(400);
  }
}
