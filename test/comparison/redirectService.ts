import type { BrowserContext, Page } from 'playwright-core';

/**
 * In a browser's window the editor's own flow registers `https://vscode.dev/redirect` as its redirect URI and puts the
 * address of the editor's callback page into `state`; that service sends the browser on there. Nothing here may leave
 * this machine, so that one hop is answered in the browser. It asks nothing of the user and is not counted.
 */
export function standInForRedirectService(context: BrowserContext): void {
  context.on('page', (page) => {
    // A page that closes meanwhile needs no answer.
    answerFor(page).catch(() => undefined);
  });
}

/** By the browser's own protocol, since `route` is not asked about a request that a redirect leads to. */
async function answerFor(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  session.on('Fetch.requestPaused', ({ requestId, request }) => {
    const responseHeaders = [{ name: 'location', value: callbackOf(new URL(request.url)).href }];
    session
      .send('Fetch.fulfillRequest', { requestId, responseCode: 302, responseHeaders })
      .catch(() => undefined);
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: 'https://vscode.dev/redirect*' }] });
}

/**
 * Where the browser is sent on to: the address in `state`, with what the authorization server said added. The editor
 * prints addresses with `=` and `&` of their query escaped, which is undone once. `state` goes before `code`, because
 * the editor finds `code` only behind another parameter: in the other order its sign-in would end in an error, and this
 * is not to be compared with that.
 */
export function callbackOf(redirected: URL): URL {
  const answer = new URLSearchParams(redirected.search);
  const state = answer.get('state') ?? '';
  answer.delete('state');
  const callback = new URL(decodeURIComponent(state));
  callback.searchParams.append('state', state);
  for (const [name, value] of answer) callback.searchParams.append(name, value);
  return callback;
}
