import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { PendingCallbacks } from '../../src/broker/signIn/pendingCallbacks.js';
import { CallbackUri } from '../../src/editor/callbackUri.js';
import { ManualClock } from '../broker/manualClock.js';
import { MemoryLog, MemorySecrets } from '../broker/memoryStores.js';
import { callbackUriOf, extensionId } from './activeExtension.js';

/** Two windows of one person: they share SecretStorage and nothing else. */
function twoWindows({ isShared = true, isDesktop = false } = {}) {
  const secrets = new MemorySecrets();
  const clock = new ManualClock();
  const window = () => {
    const callbacks = new PendingCallbacks();
    const uri = new CallbackUri(callbacks, secrets, clock, new MemoryLog(), { isDesktop, isShared });
    return { callbacks, uri };
  };
  return { secrets, clock, one: window(), other: window() };
}

describe('a callback in the wrong window', () => {
  it('reaches the window that waits, once, and is kept nowhere', async () => {
    const { secrets, one, other } = twoWindows();
    const arrived = Promise.withResolvers<URLSearchParams>();
    const deleted = Promise.withResolvers<undefined>();
    secrets.onDidChange((key) => {
      if (!secrets.entries.has(key)) deleted.resolve(undefined);
    });
    other.callbacks.expect('the state', (callback) => arrived.resolve(callback));
    one.uri.handleUri(callbackUriOf('code=a+b%2B&state=the+state'));
    const callback = await arrived.promise;
    assert.equal(callback.get('code'), 'a b+');
    await deleted.promise;
    assert.equal(secrets.entries.size, 0);
  });

  it('is kept under a name that does not tell the state, and for a minute', async () => {
    const { secrets, clock, one } = twoWindows();
    const stored = Promise.withResolvers<string>();
    const deleted = Promise.withResolvers<undefined>();
    secrets.onDidChange((key) =>
      secrets.entries.has(key) ? stored.resolve(key) : deleted.resolve(undefined),
    );
    one.uri.handleUri(callbackUriOf('code=a&state=nobodys'));
    assert.doesNotMatch(await stored.promise, /nobodys/);
    clock.advance(60_000);
    await deleted.promise;
    assert.equal(secrets.entries.size, 0);
  });

  it('is taken along when its window closes', async () => {
    const { secrets, one } = twoWindows();
    const stored = Promise.withResolvers<string>();
    secrets.onDidChange((key) => stored.resolve(key));
    one.uri.handleUri(callbackUriOf('code=a&state=nobodys'));
    await stored.promise;
    one.uri.dispose();
    assert.equal(secrets.entries.size, 0);
  });

  it('is not handed over without exactly one state, nor when it is no callback, nor when it is huge', async () => {
    const { secrets, one, other } = twoWindows();
    for (const query of ['code=a', 'code=a&state=1&state=2', `state=1&code=${'a'.repeat(20_000)}`]) {
      one.uri.handleUri(callbackUriOf(query));
    }
    one.uri.handleUri(callbackUriOf('code=a&state=1').with({ path: '/other' }));
    await handedOver(secrets, other.uri);
    assert.equal(secrets.entries.size, 1);
  });

  it('stays where it came in a web window, where every window gets it', async () => {
    const { secrets, one } = twoWindows({ isShared: false });
    one.uri.handleUri(callbackUriOf('code=a&state=nobodys'));
    const desktop = new CallbackUri(new PendingCallbacks(), secrets, new ManualClock(), new MemoryLog(), {
      isDesktop: true,
      isShared: true,
    });
    await handedOver(secrets, desktop);
    assert.equal(secrets.entries.size, 1);
  });
});

describe('a callback of a desktop', () => {
  /** As the operating system hands it over: whole, and parsed by the editor, which decodes it once. */
  const opened = (query: string, path = '/callback') =>
    vscode.Uri.parse(`${vscode.env.uriScheme}://${extensionId}${path}?${query}`);
  const sent = new URLSearchParams({
    code: '4/0Ab+cd%2F==',
    state: 'the+state',
    iss: 'https://as.example/tenant?a=b',
    error_description: 'You said no',
  });

  it('says what the authorization server said, in the window that waits', () => {
    const { one } = twoWindows({ isDesktop: true });
    const got: URLSearchParams[] = [];
    one.callbacks.expect('the+state', (callback) => void got.push(callback));
    one.uri.handleUri(opened(sent.toString()));
    assert.deepEqual(got.map((callback) => [...callback]), [[...sent]]); // prettier-ignore
  });

  it('says it in another window too', async () => {
    const { one, other } = twoWindows({ isDesktop: true });
    const path = `/callback/${'0a'.repeat(8)}`;
    const arrived = Promise.withResolvers<URLSearchParams>();
    other.callbacks.expect('the+state', (callback) => arrived.resolve(callback), path);
    one.uri.handleUri(opened(sent.toString(), path));
    assert.deepEqual([...(await arrived.promise)], [...sent]);
  });

  it('that arrives elsewhere than its sign-in waits is nobody’s, in any window', async () => {
    const { secrets, one, other } = twoWindows({ isDesktop: true });
    const got: URLSearchParams[] = [];
    other.callbacks.expect('state', (callback) => void got.push(callback), `/callback/${'0a'.repeat(8)}`);
    one.uri.handleUri(opened('code=a&state=state', `/callback/${'0b'.repeat(8)}`));
    one.uri.handleUri(opened('code=a&state=state', '/callback/'));
    one.uri.handleUri(opened('code=a&state=state', '/callback/other'));
    await handedOver(secrets, one.uri);
    assert.deepEqual(got, []);
  });
});

/** Hands over one callback that is fit for it; whatever was handed over before is stored by then. */
async function handedOver(secrets: MemorySecrets, window: CallbackUri): Promise<void> {
  const stored = new Promise<void>((resolve) => secrets.onDidChange(() => resolve()));
  window.handleUri(callbackUriOf('code=fit&state=fit'));
  await stored;
}
