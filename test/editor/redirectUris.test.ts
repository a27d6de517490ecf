import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HandlerFault, RedirectUri } from '../../src/broker/ports.js';
import { EditorRedirectUris } from '../../src/editor/adapters/redirectUris.js';
import { redirectReaches } from '../broker/redirectReaches.js';

const id = 'publisher.broker';
const desktop = { isDesktop: true, isUsersMachine: true };
const remoteHost = { isDesktop: true, isUsersMachine: false };
const browser = { isDesktop: false, isUsersMachine: false };

/**
 * An editor, described by what its `asExternalUri` returns for its own address. Without a result, it
 * throws.
 */
function redirectsIn(
  place: typeof desktop,
  external: ((own: vscode.Uri) => string) | undefined,
  fault?: HandlerFault,
) {
  const asked: string[] = [];
  const installations: object[] = [];
  const editor = {
    uriScheme: 'vscode',
    asExternalUri: (own: vscode.Uri) => {
      asked.push(own.toString(true));
      if (external === undefined) return Promise.reject(new Error('The window is gone.'));
      return Promise.resolve(vscode.Uri.parse(external(own), true));
    },
  };
  const context = {
    extension: { id } as vscode.Extension<unknown>,
    globalStorageUri: vscode.Uri.file('/data/User/globalStorage/publisher.broker'),
  };
  const faultOf = (installation: object) => {
    installations.push(installation);
    return Promise.resolve(fault);
  };
  const listener = { loopbackRedirect: (path: string) => Promise.resolve({ path } as RedirectUri) };
  return {
    redirects: new EditorRedirectUris(context, place, faultOf, listener, editor),
    asked,
    installations,
  };
}

const inWindow = (windowId: number) => (own: vscode.Uri) => `${own.toString(true)}?windowId=${windowId}`;
const servedAt = (origin: string) => (own: vscode.Uri) =>
  `${origin}/callback?vscode-reqid=1&vscode-path=${encodeURIComponent(own.path)}`;

describe('the redirect URIs of an editor', () => {
  for (const place of [desktop, remoteHost]) {
    it(`are the same in every window of a desktop, also remote ones, with the window in state (${JSON.stringify(place)})`, async () => {
      const uris = new Set<string>();
      for (const windowId of [1, 27]) {
        const { redirects } = redirectsIn(place, inWindow(windowId));
        const { uri, stateSuffix, kind, path } = await redirects.uriHandler('/callback');
        uris.add(uri);
        assert.deepEqual([stateSuffix, kind, path], [`.windowId=${windowId}`, 'uriHandler', '/callback']);
      }
      assert.deepEqual([...uris], ['vscode://publisher.broker/callback']);
    });
  }

  it("request the window's ID until it is known, and work without it", async () => {
    const known = redirectsIn(desktop, inWindow(3));
    for (const path of ['/callback', '/callback/0123456789abcdef']) await known.redirects.uriHandler(path);
    assert.equal(known.asked.length, 1);
    for (const external of [undefined, (own: vscode.Uri) => own.toString(true)]) {
      const { redirects } = redirectsIn(desktop, external);
      const redirect = await redirects.uriHandler('/callback');
      assert.equal(redirect.uri, 'vscode://publisher.broker/callback');
      assert.equal(redirect.stateSuffix, undefined);
    }
  });

  it('are created in a browser for each sign-in, and decoded once', async () => {
    const { redirects } = redirectsIn(browser, servedAt('https://editor.example'));
    const { uri, stateSuffix } = await redirects.uriHandler('/callback');
    assert.equal(uri, 'https://editor.example/callback?vscode-reqid=1&vscode-path=/callback');
    assert.equal(stateSuffix, undefined);
  });

  for (const [name, place, external, fault] of [
    ['desktop', desktop, inWindow(1), undefined],
    ['portable', desktop, inWindow(1), 'portable'],
    ['remoteHost', remoteHost, inWindow(1), undefined],
    ['browser', browser, servedAt('https://editor.example'), undefined],
    ['browser', browser, undefined, undefined],
    ['localBrowser', browser, servedAt('http://127.0.0.1:8080'), undefined],
    ['localBrowser', browser, servedAt('http://localhost:8080'), undefined],
  ] as const) {
    it(`reach as far as those of ${name}${external === undefined ? ', also if asExternalUri fails' : ''}`, async () => {
      const { redirects } = redirectsIn(place, external, fault);
      assert.deepEqual(await redirects.reach(), redirectReaches[name]);
    });
  }

  it('are diagnosed with the storage of this machine only', async () => {
    // VS Code 1.103 does not provide the value.
    const isPortable = 'isAppPortable' in vscode.env ? false : undefined;
    const here = redirectsIn(desktop, inWindow(1));
    await here.redirects.reach();
    const storage = vscode.Uri.file('/data/User/globalStorage/publisher.broker').fsPath;
    assert.deepEqual(here.installations, [{ isPortable, uriScheme: vscode.env.uriScheme, storage }]);
    const there = redirectsIn(remoteHost, inWindow(1));
    await there.redirects.reach();
    assert.deepEqual(there.installations, [{ isPortable, uriScheme: vscode.env.uriScheme }]);
    const inBrowser = redirectsIn(browser, servedAt('https://editor.example'));
    await inBrowser.redirects.reach();
    assert.deepEqual(inBrowser.installations, []);
  });
});
