import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClientStore } from '../../src/broker/clients/clientStore.js';
import type { RedirectReach, RedirectUris } from '../../src/broker/ports.js';
import { SignIns } from '../../src/broker/signIn/signIns.js';
import { startRelayWorld, type RelayWorld } from '../relay/relayWorld.js';
import { redirectReaches } from '../broker/redirectReaches.js';
import { CallbackWindows } from './callbackWindow.js';
import { DesktopUrls, type DesktopWindow } from './desktopUrls.js';

/** Sign-ins at a real authorization server, from windows of a desktop whose routing is modelled. */
describe('a sign-in on a desktop', () => {
  let stage: RelayWorld;
  let windows: CallbackWindows;
  let urls: DesktopUrls;
  const signIns: SignIns[] = [];
  beforeEach(async () => {
    stage = await startRelayWorld();
    windows = new CallbackWindows(true);
    urls = new DesktopUrls();
  });
  afterEach(async () => {
    for (const one of signIns.splice(0)) one.dispose();
    windows.close();
    await stage.close();
  });

  /** @param reach of the window's redirect URIs */
  function open(id: number, reach: RedirectReach) {
    const { broker, secrets, clock, lock, log } = stage;
    const callbackWindow = windows.open();
    const window: DesktopWindow = urls.open(id, callbackWindow.handleUri);
    const { callbacks } = callbackWindow;
    const redirects: RedirectUris = {
      reach: () => Promise.resolve(reach),
      uriHandler: (path) => {
        const uri = `vscode://publisher.broker${path}`;
        const [, windowId] = /windowId=(\d+)/.exec(urls.externalUri(window, uri)) ?? [];
        const stateSuffix = `.windowId=${windowId}`;
        return Promise.resolve({ kind: 'uriHandler', uri, path, stateSuffix, dispose: () => undefined });
      },
      loopback: (path, port) => broker.loopback.loopbackRedirect(path, port),
    };
    const own = new SignIns(
      {
        ...broker,
        ...{
          launcher: broker.loopback,
          redirects,
          clients: new ClientStore(secrets, clock),
          lock,
          clock,
          log,
        },
        // The relay, and so its listeners, are those of one process.
        callbacks: reach.loopback === 'thisMachine' ? broker.callbacks : callbacks,
        http: { fetch },
        confirmAccountChange: () => Promise.resolve('neither'),
      },
      broker.states,
    );
    signIns.push(own);
    return { window, signIns: own };
  }

  /** Through the pages, to where the authorization server sends the browser. */
  async function pages({ signIns: own }: ReturnType<typeof open>) {
    const attempt = own.begin(stage.server('repositories'), { deadline: 60_000 });
    const callback = await stage.signInPages((await attempt.launchPage()).address);
    return { attempt, callback };
  }

  const registered = () => stage.world.authorizationServer.eventsOf('registration').length;

  it('comes back to its own window, from one client for all windows, local and remote', async () => {
    const [first, second] = [open(1, redirectReaches.remoteHost), open(2, redirectReaches.remoteHost)];
    for (const one of [first, second]) {
      const { attempt, callback } = await pages(one);
      assert.equal(callback.href.split('?')[0], attempt.redirect?.uri);
      assert.match(callback.href, /^vscode:\/\/publisher\.broker\/callback(\/[0-9a-f]{16})?\?/);
      assert.equal(urls.follow(callback.href), one.window);
      assert.equal((await attempt.outcome).kind, 'signedIn');
    }
    assert.equal(registered(), 1);
  });

  it('comes back to the usual loopback port, with one client for all sign-ins, unless another program has that port', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port: usualPort } = other.address() as AddressInfo;
    const window = open(1, { ...redirectReaches.desktop, usualPort });
    const taken = await pages(window);
    assert.equal(taken.callback.protocol, 'vscode:');
    taken.attempt.cancel();
    await taken.attempt.outcome;
    other.close();
    await once(other, 'close');
    for (const registrations of [2, 2]) {
      const { attempt, callback } = await pages(window);
      assert.equal(callback.origin, `http://127.0.0.1:${usualPort}`);
      await (await fetch(callback)).text();
      assert.equal((await attempt.outcome).kind, 'signedIn');
      assert.equal(registered(), registrations);
    }
  });
});
