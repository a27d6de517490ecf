import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';

/** Waits until all of the texts are visible in the page. Any white space counts as one space. */
export async function waitForText(page: Page, texts: readonly string[], timeoutMs = 30_000): Promise<void> {
  for (const text of texts) {
    await page
      .waitForFunction(
        (wanted) => document.body.innerText.replace(/\s+/g, ' ').includes(wanted),
        text.replace(/\s+/g, ' '),
        { timeout: timeoutMs, polling: 100 },
      )
      .catch(async (error: unknown) => {
        const seen = page.isClosed()
          ? 'the page is closed'
          : await page.evaluate(() => document.body.innerText);
        throw new Error(
          `"${text}" did not appear at ${page.url()} within ${timeoutMs / 1000} s; seen:\n${seen}`,
          {
            cause: error,
          },
        );
      });
  }
}

/** Pictures of the steps of a story, each taken once its text is visible in the page. */
export class Screenshots {
  private count = 0;

  /** @param directory absolute; if absent, only the texts are awaited */
  constructor(private readonly directory?: string) {}

  async take(page: Page, name: string, ...expected: string[]): Promise<void> {
    await waitForText(page, expected);
    this.count += 1;
    await this.write(page, `${String(this.count).padStart(2, '0')}-${name}.png`);
  }

  /** Takes the pages as they are after a failure, without waiting. A failed picture is ignored. */
  async takeFailed(pages: readonly Page[]): Promise<void> {
    for (const [index, page] of pages.entries()) {
      await this.write(page, index === 0 ? 'failed.png' : `failed-${index + 1}.png`).catch(() => undefined);
    }
  }

  private async write(page: Page, file: string): Promise<void> {
    if (this.directory === undefined) return;
    await mkdir(this.directory, { recursive: true });
    await page.screenshot({ path: path.join(this.directory, file), animations: 'disabled', timeout: 10_000 });
  }
}
