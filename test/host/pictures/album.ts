import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { themes, walkthroughThemes, type Theme, type ThemeSwitch } from './themes.js';

/** Margin around a picture's subject, in CSS pixels. */
const margin = 12;
/** The same margin if the picture is on a page without surroundings. */
const narrowMargin = 3;

/** Pictures of the screen, each in every theme: `<name>-<theme>.png`. */
export class Album {
  /** @param directory absolute */
  constructor(
    private readonly directory: string,
    private readonly switches: ThemeSwitch,
    readonly say: (line: string) => void,
    /** Names of pictures that the walkthrough also shows. */
    private readonly ofWalkthrough: ReadonlySet<string> = new Set(),
  ) {}

  /**
   * Takes the editor's window, or a part of it.
   *
   * @param parts the picture's subjects, with a small margin; if absent, the whole window
   */
  async window(page: Page, name: string, ...parts: readonly Locator[]): Promise<void> {
    const [wanted, room] = this.ofWalkthrough.has(name)
      ? ([walkthroughThemes, narrowMargin] as const)
      : ([themes, margin] as const);
    for (const theme of this.switches.ordered(wanted)) {
      await this.switches.to(theme);
      const clip = parts.length === 0 ? undefined : await around(page, parts, room);
      await this.#take(page, name, theme, clip);
    }
    this.say(name);
  }

  /** Takes a page of the user's browser, which follows the system's theme. */
  page(page: Page, name: string): Promise<void> {
    return this.#inEachTheme(page, name, (theme) => this.#take(page, name, theme));
  }

  /**
   * Takes a page that has not finished loading. A picture usually waits for fonts, which are not known yet.
   */
  async unfinishedPage(page: Page, name: string): Promise<void> {
    const session = await page.context().newCDPSession(page);
    await this.#inEachTheme(page, name, async (theme) => {
      const { data } = await session.send('Page.captureScreenshot', { format: 'png' });
      await mkdir(this.directory, { recursive: true });
      await writeFile(this.#file(name, theme), Buffer.from(data, 'base64'));
    });
    await session.detach();
  }

  async #inEachTheme(page: Page, name: string, take: (theme: Theme) => Promise<void>): Promise<void> {
    for (const theme of themes) {
      const isDark = theme.name === 'dark' || theme.name === 'hc';
      await page.emulateMedia({
        colorScheme: isDark ? 'dark' : 'light',
        forcedColors: theme.name.startsWith('hc') ? 'active' : 'none',
      });
      await take(theme);
    }
    this.say(name);
  }

  #file(name: string, theme: Theme): string {
    return path.join(this.directory, `${name}-${theme.name}.png`);
  }

  async #take(page: Page, name: string, theme: Theme, clip?: Clip): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    await page.screenshot({
      path: this.#file(name, theme),
      animations: 'disabled',
      timeout: 10_000,
      ...(clip !== undefined && { clip }),
    });
  }
}

interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

async function around(page: Page, parts: readonly Locator[], room: number): Promise<Clip> {
  const boxes = (await Promise.all(parts.map((part) => part.boundingBox()))).filter((box) => box !== null);
  const { width, height } = page.viewportSize() ?? { width: 1440, height: 900 };
  const left = Math.max(0, Math.min(...boxes.map(({ x }) => x)) - room);
  const top = Math.max(0, Math.min(...boxes.map(({ y }) => y)) - room);
  const right = Math.min(width, Math.max(...boxes.map((box) => box.x + box.width)) + room);
  const bottom = Math.min(height, Math.max(...boxes.map((box) => box.y + box.height)) + room);
  return { x: left, y: top, width: right - left, height: bottom - top };
}
