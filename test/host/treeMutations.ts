import type { Page } from 'playwright-core';

interface Watching {
  touchedRows: string[];
}

/** Starts recording the redrawn rows of the trees in the side bar. */
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
        // An added or removed row is a child of the list itself.
        const names = own === undefined ? [...addedNodes, ...removedNodes].map(nameOf) : [own];
        touched.push(...names.filter((name) => name !== undefined));
      }
    });
    for (const list of document.querySelectorAll('.part.sidebar .monaco-list-rows'))
      observer.observe(list, {
        childList: true,
        characterData: true,
        subtree: true,
        // Changes by focus and pointer do not count.
        attributeFilter: ['aria-label'],
      });
  });
}

/** Returns the names of the rows redrawn since {@link watchRows}, each once, in order. */
export async function rowsTouched(page: Page): Promise<readonly string[]> {
  const touched = await page.evaluate(() => (window as unknown as Watching).touchedRows);
  return [...new Set(touched)].toSorted();
}
