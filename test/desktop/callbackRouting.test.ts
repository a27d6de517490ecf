import assert from 'node:assert/strict';
import { isCallbackTooLong, longestCallback } from '../../src/broker/callbacks/pendingCallbacks.js';
import { buildAuthorizationRequest } from '../../src/oauth/authorizationRequest.js';
import { MemorySecrets } from '../broker/memoryStores.js';
import { NoticeBoard } from '../broker/noticeBoard.js';
import { authorizationServer } from '../oauth/signIn.js';
import { BrowserUrls } from './browserUrls.js';
import { CallbackWindows } from './callbackWindow.js';
import { DesktopUrls } from './desktopUrls.js';

const redirectUri = 'vscode://publisher.broker/callback';
const as = authorizationServer('https://as.example');

/** A `state` as a sign-in sends it. @param windowId of the window, where the editor routes by it */
async function stateOf(windowId?: number): Promise<string> {
  const client = { clientId: 'client', authMethod: 'none', source: 'registered', redirectUris: [] } as const;
  const suffix = windowId === undefined ? {} : { stateSuffix: `.windowId=${windowId}` };
  return (await buildAuthorizationRequest({ as, client, redirectUri, scopes: [], ...suffix })).pending.state;
}

/** Where an authorization server sends the browser. */
const callbackOf = (state: string, code = 'the-code', at = redirectUri) =>
  `${at}${at.includes('?') ? '&' : '?'}${new URLSearchParams({ code, state }).toString()}`;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

/** Once other windows can see that a window of this disk waits. */
const isWaitedFor = ({ text }: NoticeBoard) => text.includes('"waiting":["');
/** Once a callback for another window is on this disk. */
const isHanded = ({ text }: NoticeBoard) => text.includes('"handed":{"');

describe('a callback to a desktop', () => {
  let windows: CallbackWindows;
  let urls: DesktopUrls;
  beforeEach(() => {
    windows = new CallbackWindows(true);
    urls = new DesktopUrls();
  });
  afterEach(() => windows.close());
  const open = (id: number, own: Parameters<CallbackWindows['open']>[0] = {}) => {
    const window = windows.open(own);
    return { ...urls.open(id, window.handleUri), window };
  };

  it('reaches the window that began the sign-in, whichever is active, at the one redirect URI', async () => {
    const [first, second] = [open(1), open(2)];
    const [one, two] = [await stateOf(1), await stateOf(2)];
    const got = Promise.all([first.window.waitFor(one), second.window.waitFor(two)]);
    urls.follow(callbackOf(one));
    urls.follow(callbackOf(two));
    assert.deepEqual(
      (await got).map((callback) => callback.get('state')),
      [one, two],
    );
    assert.deepEqual([...windows.secrets.entries], []);
  });

  it('is compared by its complete state, whose end is not secret', async () => {
    const { window } = open(7);
    const state = await stateOf(7);
    assert.match(state, /^[\w-]{43}\.windowId=7$/);
    const got: string[] = [];
    window.callbacks.expect(state, (callback) => void got.push(callback.get('state') ?? ''));
    for (const forged of ['.windowId=7', `x${state}`, state.slice(0, 43), `${state}7`])
      urls.follow(callbackOf(forged));
    assert.deepEqual(got, []);
    urls.follow(callbackOf(state));
    assert.deepEqual(got, [state]);
  });

  it('reaches a window with an unknown id through the last active one', async () => {
    const [waiting] = [open(1), open(2)];
    const state = await stateOf();
    const got = waiting.window.waitFor(state);
    await until(() => isWaitedFor(windows.disk));
    urls.follow(callbackOf(state, 'a+b%2Bc'));
    assert.equal((await got).get('code'), 'a+b%2Bc');
  });

  it('for window 1 reaches it although the editor finds window 10 for that, once window 1 was reloaded', async () => {
    const model = new DesktopUrls();
    const [one, ten] = [windows.open(), windows.open()];
    const first = model.open(1, one.handleUri);
    const tenth = model.open(10, ten.handleUri);
    model.reload(first);
    const state = await stateOf(1);
    const got = one.waitFor(state);
    await until(() => isWaitedFor(windows.disk));
    assert.equal(model.follow(callbackOf(state)), tenth);
    assert.equal((await got).get('code'), 'the-code');
  });

  for (const [what, own] of [
    ['whose extension runs on a remote machine, with a disk of its own', { disk: new NoticeBoard() }],
    ['that has a keyring of its own, as on Linux without one', { secrets: new MemorySecrets() }],
  ] as const) {
    it(`reaches a window ${what}`, async () => {
      const [waiting] = [open(1, own), open(2)];
      const state = await stateOf();
      const got = waiting.window.waitFor(state);
      await until(() => isWaitedFor('disk' in own ? own.disk : windows.disk));
      urls.follow(callbackOf(state));
      assert.equal((await got).get('code'), 'the-code');
      await until(() => windows.secrets.entries.size === 0);
    });
  }

  it('is lost in a window without the extension only if no window id leads elsewhere', async () => {
    const { window } = open(1);
    const without = urls.open(2);
    urls.focus(without);
    const state = await stateOf(1);
    const got = window.waitFor(state);
    urls.follow(callbackOf(state));
    assert.equal((await got).get('state'), state);
    assert.equal(urls.follow(callbackOf(await stateOf())), 'lost: the window lacks the extension');
  });

  it('is dropped after a minute if its window has closed', async () => {
    const [waiting] = [open(1), open(2)];
    urls.close(waiting);
    waiting.window.close();
    urls.follow(callbackOf(await stateOf(1)));
    await until(() => windows.secrets.entries.size === 1);
    windows.clock.advance(60_000);
    await until(() => windows.secrets.entries.size === 0);
  });

  describe('from Chromium on Windows', () => {
    const chromium = new DesktopUrls('Chromium on Windows');
    const window = chromium.open(1, () => undefined);
    const iss = { authorization_response_iss_parameter_supported: true };

    it('arrives with a code of the usual length', async () => {
      const usual = callbackOf(await stateOf(1), 'c'.repeat(512));
      assert.equal(chromium.follow(`${usual}&iss=${encodeURIComponent(as.issuer)}`), window);
      assert.equal(isCallbackTooLong({ ...as, ...iss }, {}), false);
    });

    it('is dropped one character past the limit that the choice of a redirect URI knows', async () => {
      const rest = callbackOf(await stateOf(1), '').length;
      const longest = callbackOf(await stateOf(1), 'c'.repeat(longestCallback - rest));
      assert.equal(chromium.follow(longest), window);
      assert.equal(chromium.follow(longest.replace('code=', 'code=c')), 'dropped by the browser');
    });
  });
});

describe('a callback to an editor in a browser', () => {
  let tabs: CallbackWindows;
  let urls: BrowserUrls;
  beforeEach(() => {
    tabs = new CallbackWindows(false);
    urls = new BrowserUrls();
  });
  afterEach(() => tabs.close());
  const open = () => {
    const window = tabs.open();
    return { window, tab: urls.open(window.handleUri) };
  };
  type Open = ReturnType<typeof open>;
  /** A callback for one tab that another takes, because both wait under one number. */
  const taken = (by: Open, state: string, code: string, path = '/callback') =>
    urls.follow(callbackOf(state, code, urls.externalUri(by.tab, path)), by.tab);

  it('that another tab takes, which waits under the same number, reaches the tab that waits for it', async () => {
    const [one, two] = [open(), open()];
    const [state, other] = [await stateOf(), await stateOf()];
    const addresses = [one, two].map(({ tab }) => urls.externalUri(tab, '/callback'));
    assert.equal(addresses[0], addresses[1]);
    const got = one.window.waitFor(state);
    void two.window.waitFor(other);
    await until(() => isWaitedFor(tabs.disk));
    urls.follow(callbackOf(state, 'the-code', addresses[0]), two.tab);
    assert.equal((await got).get('code'), 'the-code');
  });

  it('is written nowhere but sealed, and for a minute', async () => {
    const [one, two] = [open(), open()];
    const state = await stateOf();
    const got = one.window.waitFor(state);
    await until(() => isWaitedFor(tabs.disk));
    taken(two, state, 'a-secret-code');
    await until(() => isHanded(tabs.disk));
    for (const secret of ['secret', 'code=', state]) assert.ok(!tabs.disk.text.includes(secret), secret);
    assert.deepEqual([...tabs.secrets.entries], []);
    assert.equal((await got).get('code'), 'a-secret-code');
    tabs.clock.advance(60_000);
    await until(() => !isHanded(tabs.disk));
    assert.deepEqual([one.window.log.lines, two.window.log.lines], [[], []]);
  });

  it('that no tab waits for is kept nowhere, and neither is one for another issuer’s path', async () => {
    const [one, two] = [open(), open()];
    const path = `/callback/${'0a'.repeat(8)}`;
    const [state, last] = [await stateOf(), await stateOf()];
    const codes: string[] = [];
    one.window.callbacks.expect(state, (callback) => void codes.push(callback.get('code') ?? ''), path);
    await until(() => isWaitedFor(tabs.disk));
    taken(two, await stateOf(), 'not-waited-for');
    taken(two, state, 'of-another-issuer', `/callback/${'0b'.repeat(8)}`);
    await until(() => isHanded(tabs.disk));
    const got = one.window.waitFor(last);
    await until(() => /"waiting":\["\w+","\w+"\]/.test(tabs.disk.text));
    taken(two, last, 'the-last');
    assert.equal((await got).get('code'), 'the-last');
    assert.deepEqual(codes, []);
    const handed = JSON.parse(
      tabs.disk.text.split('\n').find((line) => line.includes('"handed":{"')) ?? '',
    ) as object;
    assert.equal(Object.keys((handed as { handed: object }).handed).length, 2);
    assert.deepEqual([...tabs.secrets.entries], []);
  });
});
