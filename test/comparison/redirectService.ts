import type { BrowserContext } from 'playwright-core';

/**
 * In a browser's window the editor's own flow registers `https://vscode.dev/redirect` as its redirect URI and puts the
 * address of the editor's callback page into `state`; that service sends the browser on there. Nothing here may leave
 * this machine, so that one hop is answered in the browser. It asks nothing of the person and is not counted.
 */
export async function standInForRedirectService(context: BrowserContext): Promise<void> {
  await context.route('https://vscode.dev/redirect?*', async (route) => {
    const { href } = callbackOf(new URL(route.request().url()));
    await route.fulfill({ status: 302, headers: { location: href } });
  });
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
