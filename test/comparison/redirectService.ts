import type { BrowserContext } from 'playwright-core';

/**
 * In a browser's window the editor's own flow registers `https://vscode.dev/redirect` as its redirect URI and puts the
 * address of the editor's callback page into `state`; that service sends the browser on there. Nothing here may leave
 * this machine, so that one hop is answered in the browser. It asks nothing of the person and is not counted.
 *
 * The address in `state` is as the editor prints addresses, with `=` and `&` of its query escaped, which is undone once;
 * what the authorization server said is added. `state` goes before `code`, because the editor finds `code` only behind
 * another parameter: in the other order its sign-in would end in an error, and this is not to be compared with that.
 */
export async function standInForRedirectService(context: BrowserContext): Promise<void> {
  await context.route('https://vscode.dev/redirect?*', async (route) => {
    const answer = new URL(route.request().url()).searchParams;
    const state = answer.get('state') ?? '';
    const back = new URL(decodeURIComponent(state));
    answer.delete('state');
    for (const [name, value] of [['state', state] as const, ...answer]) back.searchParams.append(name, value);
    await route.fulfill({ status: 302, headers: { location: back.href } });
  });
}
