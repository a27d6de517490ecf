import type { BrowserContext, Page } from 'playwright-core';

/**
 * In a browser window, the editor's own flow registers `https://vscode.dev/redirect` as its redirect URI
 * and puts the address of the editor's callback page into `state`. That service redirects the browser
 * there. The tests send nothing to the internet, so the browser handles that redirect itself. It needs no
 * user action and is not counted.
 */
export function standInForRedirectService(context: BrowserContext): void {
  context.on('page', (page) => {
    // A page that closes in the meantime needs no response.
    answerFor(page).catch(() => undefined);
  });
}

/** Uses the DevTools protocol, since `route` does not receive a request that follows a redirect. */
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
 * Returns the redirect's target: the address in `state`, with the parameters of the authorization response.
 * The editor prints addresses with `=` and `&` of their query escaped, which is undone once. `state`
 * precedes `code`, because the editor finds `code` only after another parameter. In the other order, its
 * sign-in would fail, and the comparison would be unfair.
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
