import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { RecordedCall } from '../../src/broker/calls/callRecord.js';
import { columnNames, type ToolCallsTexts } from '../../src/webview/toolCallsProtocol.js';

const root = path.resolve(__dirname, '..', '..', '..');

/** Texts for the page; their content does not matter. */
export const words = {
  locale: 'en',
  columns: Object.fromEntries(columnNames.map((name) => [name, name])),
  callers: { chat: 'Chat', editor: 'Editor', extension: 'Extension', agent: 'Agent' },
  consents: {
    none: 'None',
    used: 'Used',
    signInAsked: 'Sign-in requested',
    stepUpAsked: 'More access requested',
  },
  outcomes: {
    succeeded: 'Succeeded',
    toolError: 'Tool error',
    inputRequired: 'Input requested',
    refused: 'Refused',
    failed: 'Failed',
    cancelled: 'Cancelled',
  },
  reasons: { declined: 'declined', blockedByRule: 'blocked by a rule' },
  details: { none: 'Choose a call.' },
  count: '{0} of {1} calls',
  nothingFound: 'No call matches.',
} as unknown as ToolCallsTexts;

const body = `<header><input id="filter"><span id="count"></span><button id="export"></button><button id="clear"></button></header>
<div id="grid"><div id="head"></div><div id="scroller" tabindex="0"><div id="rows"></div></div></div>
<p id="nothing"></p><section id="details"></section><section id="teach"></section>`;

/** Loads the page's own script and style into an empty page, as the editor does. */
export async function openToolCalls(page: Page): Promise<void> {
  const [style, script] = await Promise.all(
    ['media/toolCalls.css', 'dist/toolCalls.js'].map((file) => readFile(path.join(root, file), 'utf8')),
  );
  await page.setContent(
    `<!DOCTYPE html><html><head><style>${style ?? ''}</style></head><body>${body}</body></html>`,
  );
  await page.evaluate(() => {
    Object.assign(globalThis, {
      acquireVsCodeApi: () => ({
        postMessage: () => undefined,
        getState: () => undefined,
        setState: () => undefined,
      }),
    });
  });
  await page.addScriptTag({ content: script ?? '' });
}

/**
 * Returns the milliseconds from the message with the calls, including cloning, to the frame that shows
 * them.
 */
export async function millisecondsToShow(page: Page, calls: readonly RecordedCall[]): Promise<number> {
  return page.evaluate(
    async (json) => {
      const message: unknown = JSON.parse(json);
      const start = performance.now();
      const shown = new Promise<void>((resolve) =>
        addEventListener('message', () => requestAnimationFrame(() => setTimeout(resolve)), { once: true }),
      );
      postMessage(message, '*');
      await shown;
      return performance.now() - start;
    },
    JSON.stringify({ kind: 'calls', calls, words }),
  );
}

/** Measures the same with a table row for every call, as the page would need without virtual rows. */
export async function millisecondsForAllRows(
  page: Page,
  calls: readonly RecordedCall[],
  style: '' | 'content-visibility: auto; contain-intrinsic-size: auto 24px',
): Promise<number> {
  await page.setContent(
    '<!DOCTYPE html><div style="height: 600px; overflow: auto"><div id="all"></div></div>',
  );
  return page.evaluate(
    async ({ json, css }) => {
      const message = JSON.parse(json) as { readonly calls: readonly RecordedCall[] };
      const start = performance.now();
      const shown = new Promise<void>((resolve) =>
        addEventListener(
          'message',
          ({ data }: MessageEvent<typeof message>) => {
            const all = document.getElementById('all');
            for (const call of data.calls) {
              const row = document.createElement('div');
              row.style.cssText = `display: grid; grid-template-columns: repeat(9, 1fr); height: 24px; ${css}`;
              const cells = [
                new Date(call.at).toLocaleTimeString(),
                ...[call.caller.kind, call.server, call.tool, call.account ?? '', call.scopes.join(' ')],
                ...[call.consent, call.outcome, String(call.milliseconds)],
              ];
              for (const text of cells) {
                const cell = document.createElement('span');
                cell.textContent = text;
                row.append(cell);
              }
              all?.append(row);
            }
            requestAnimationFrame(() => setTimeout(resolve));
          },
          { once: true },
        ),
      );
      postMessage(message, '*');
      await shown;
      return performance.now() - start;
    },
    { json: JSON.stringify({ calls }), css: style },
  );
}
