import type { Page } from 'playwright-core';

interface Watching {
  touchedRows: string[];
}

/** Begins to write down which rows of the trees in the side bar the page draws again. */
export async function watchRows(page: Page): Promise<void> {
  await page.evaluate(() => {
    const touched: string[] = [];
    Object.assign(window, { touchedRows: touched } satisfies Watching);
    const nameOf = (node: Node): string | undefined => {
      const element = node instanceof Element ? node : node.parentElement;
      const row = element?.closest('.monaco-list-row');
      return row?.querySelector('.label-name')?.textContent ?? undefined;
    };
    const observer = new MutationObserver((mutations) => {
      for (const { target, addedNodes, removedNodes } of mutations) {
        const own = nameOf(target);
        // A row that comes or goes is a child of the list itself.
        const names = own === undefined ? [...addedNodes, ...removedNodes].map(nameOf) : [own];
        touched.push(...names.filter((name) => name !== undefined));
      }
    });
    for (const list of document.querySelectorAll('.part.sidebar .monaco-list-rows'))
      observer.observe(list, {
        childList: true,
        characterData: true,
        subtree: true,
        // What the focus and the pointer change is no drawing.
        attributeFilter: ['aria-label'],
      });
  });
}

/** The names of the rows drawn again since {@link watchRows}, each once, in order. */
export async function rowsTouched(page: Page): Promise<readonly string[]> {
  const touched = await page.evaluate(() => (window as unknown as Watching).touchedRows);
  return [...new Set(touched)].toSorted();
}
