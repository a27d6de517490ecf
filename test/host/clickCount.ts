import type { BrowserContext, Page } from 'playwright-core';

/** A user's clicks in one step of a story. */
export interface CountedStep {
  readonly step: string;
  editor: number;
  /** Clicks on pages of an authorization server. */
  pages: number;
}

/** Counts the clicks on the pages of a browser. */
export class ClickCount {
  readonly steps: CountedStep[] = [];
  #isCounting = false;

  private constructor(private readonly isEditor: (page: Page) => boolean) {}

  /**
   * Must be called before the first page opens.
   *
   * @param isEditor returns whether a page is the editor's
   */
  static async of(context: BrowserContext, isEditor: (page: Page) => boolean): Promise<ClickCount> {
    const count = new ClickCount(isEditor);
    await context.exposeBinding('countClick', ({ page }) => count.#clicked(page));
    await context.addInitScript(() => {
      const told = window as unknown as { countClick(): unknown };
      const listener = ({ isTrusted, detail }: MouseEvent) => {
        // A key that presses a button causes a click event with the detail 0.
        if (isTrusted && detail > 0) told.countClick();
      };
      window.addEventListener('click', listener, true);
    });
    return count;
  }

  /** Counts the following clicks under this name. */
  begin(step: string): void {
    this.steps.push({ step, editor: 0, pages: 0 });
    this.#isCounting = true;
  }

  /** Ignores the following clicks, which are not part of the story. */
  pause(): void {
    this.#isCounting = false;
  }

  get total(): number {
    return this.steps.reduce((sum, { editor, pages }) => sum + editor + pages, 0);
  }

  /** One line for each step, and one for the total. */
  get lines(): readonly string[] {
    const line = (step: string, editor: number, pages: number) =>
      `${step.padEnd(44)}${String(editor).padStart(3)} in the editor${String(pages).padStart(4)} on sign-in pages`;
    return [
      ...this.steps.map(({ step, editor, pages }) => line(step, editor, pages)),
      `${this.total} clicks in all`,
    ];
  }

  #clicked(page: Page): void {
    const step = this.steps.at(-1);
    if (step === undefined || !this.#isCounting) return;
    if (this.isEditor(page)) step.editor++;
    else step.pages++;
  }
}
