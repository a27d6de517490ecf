import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { PendingCallbacks } from '../../src/broker/callbacks/pendingCallbacks.js';
import { CallbackUri } from '../../src/editor/adapters/callbackUri.js';
import { MemoryLog } from '../broker/memoryStores.js';
import { extensionId } from './activeExtension.js';

/** Callbacks in other windows are tested in `test/desktop`. */
describe('a callback on a desktop', () => {
  /** As the operating system delivers it: whole, and decoded once by the editor's parser. */
  const opened = (query: string, path = '/callback') =>
    vscode.Uri.parse(`${vscode.env.uriScheme}://${extensionId}${path}?${query}`);
  const sent = new URLSearchParams({
    code: '4/0Ab+cd%2F==',
    state: 'the+state.windowId=7',
    iss: 'https://as.example/tenant?a=b',
    error_description: 'You said no',
  });
  const windowThat = (handed: string[] = []) => {
    const callbacks = new PendingCallbacks();
    const way = {
      hand: ({ path, parameters }: { path: string; parameters: URLSearchParams }) => {
        handed.push(`${path} ${parameters.get('state')}`);
        return Promise.resolve(true);
      },
      dispose: () => undefined,
    };
    return { callbacks, uri: new CallbackUri(callbacks, [way], new MemoryLog(), { isDesktop: true }) };
  };

  it('has the parameters that the authorization server sent, in the window that waits', () => {
    const { callbacks, uri } = windowThat();
    const got: URLSearchParams[] = [];
    callbacks.expect('the+state.windowId=7', (callback) => void got.push(callback));
    uri.handleUri(opened(sent.toString()));
    assert.deepEqual(got.map((callback) => [...callback]), [[...sent]]); // prettier-ignore
  });

  it('is accepted only with exactly one state, a callback path and a length below the limit', async () => {
    const handed: string[] = [];
    const { uri } = windowThat(handed);
    for (const query of ['code=a', 'code=a&state=1&state=2', `state=1&code=${'a'.repeat(20_000)}`])
      uri.handleUri(opened(query));
    for (const path of ['/other', '/callback/', '/callback/other'])
      uri.handleUri(opened('code=a&state=1', path));
    uri.handleUri(opened('code=fit&state=fit', `/callback/${'0a'.repeat(8)}`));
    while (handed.length === 0) await new Promise(setImmediate);
    assert.deepEqual(handed, [`/callback/${'0a'.repeat(8)} fit`]);
  });
});
