import assert from 'node:assert/strict';
import type { LaunchVisit } from '../../src/broker/ports.js';
import { RawCaller } from './rawCaller.js';
import { startRelayWorld, type RelayWorld } from './relayWorld.js';

describe('a launch page', () => {
  let stage: RelayWorld;
  let visits: number;
  before(async () => {
    stage = await startRelayWorld();
  });
  beforeEach(() => {
    visits = 0;
  });
  after(() => stage.close());

  const open = (
    answer: (visit: LaunchVisit) => void = (visit) =>
      visit.redirect(new URL('https://as.example/a?b=%2B&c=d%26e')),
  ) =>
    stage.broker.loopback.open(120_000, (visit) => {
      visits++;
      answer(visit);
      return Promise.resolve();
    });
  const get = (address: string, init: RequestInit = {}) => fetch(address, { redirect: 'manual', ...init });

  it('has an address of 256 random bits on loopback, without a query', async () => {
    const [one, two] = [await open(), await open()].map(({ address }) => new URL(address));
    assert.ok(one && two);
    assert.deepEqual([one.hostname, one.search, one.hash], ['127.0.0.1', '', '']);
    assert.equal(Buffer.from(one.pathname.split('/').at(-1) ?? '', 'base64url').length, 32);
    assert.notEqual(one.pathname, two.pathname);
  });

  it('sends the browser on with the query as it is, leaving no trace of itself', async () => {
    const page = await open();
    const answer = await get(page.address);
    await page.visited;
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.get('location'), 'https://as.example/a?b=%2B&c=d%26e');
    for (const [name, value] of [
      ['cache-control', 'no-store, no-transform'],
      ['referrer-policy', 'no-referrer'],
      ['x-frame-options', 'DENY'],
    ] as const) {
      assert.equal(answer.headers.get(name), value);
    }
  });

  it('answers one browser: no second one, and none that comes with it', async () => {
    const page = await open();
    const statuses = await Promise.all([1, 2, 3].map(async () => (await get(page.address)).status));
    // The others are two tabs of the same browser, or somebody else: that shows when they ask again.
    assert.deepEqual(statuses.sort(), [200, 200, 302]);
    assert.equal(visits, 1);
  });

  describe('asked for again', () => {
    /** The cookies that a browser would send with its next request. */
    const cookieOf = (response: Response) => ({
      Cookie: response.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; '),
    });

    it('leads the same browser to the same place for ten seconds, and runs nothing again', async () => {
      const page = await open();
      const first = await get(page.address);
      const headers = { ...cookieOf(first) };
      stage.clock.advance(9_999);
      const again = await get(page.address, { headers: { Cookie: `other=1; ${headers.Cookie}` } });
      assert.equal(again.status, 302);
      assert.equal(again.headers.get('location'), first.headers.get('location'));
      assert.equal(again.headers.get('cache-control'), 'no-store, no-transform');
      assert.equal(visits, 1);
      stage.clock.advance(1);
      const late = await get(page.address, { headers });
      assert.equal(late.status, 404);
      assert.match(await late.text(), /no longer works/);
    });

    it('leads no other browser on, and shows it an explanation', async () => {
      const page = await open();
      const [name = ''] = cookieOf(await get(page.address)).Cookie.split('=');
      for (const Cookie of [`${name}=`, `${name}=undefined`])
        assert.equal((await get(page.address, { headers: { Cookie } })).status, 404);
      for (const Cookie of ['a=b', '', `x${name}=1`]) {
        const response = await get(page.address, { headers: { Cookie } });
        assert.deepEqual([response.status, response.headers.get('location')], [200, null]);
        assert.doesNotMatch(await response.text(), /as\.example/);
      }
      stage.clock.advance(10_000);
      assert.equal((await get(page.address)).status, 404);
      assert.equal(visits, 1);
    });

    it('has a cookie that scripts do not see, that tells nothing of the address, and is for it alone', async () => {
      const [one, two] = [await open(), await open()];
      const [first, second] = [await get(one.address), await get(two.address)];
      const [cookie = ''] = first.headers.getSetCookie();
      assert.match(cookie, /^[\w-]+=[\w-]{22}; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
      assert.ok(!cookie.includes(one.address.split('/').at(-1) ?? '-'));
      assert.equal((await get(two.address, { headers: cookieOf(first) })).status, 200);
      const both = `${cookieOf(first).Cookie}; ${cookieOf(second).Cookie}`;
      assert.equal((await get(one.address, { headers: { Cookie: both } })).status, 302);
    });

    it('while it is not known where to go, lets the second tab follow the first', async () => {
      const found = Promise.withResolvers<void>();
      const page = await stage.broker.loopback.open(120_000, async (visit) => {
        visits++;
        await found.promise;
        visit.redirect(new URL('https://as.example/authorize'));
      });
      const first = get(page.address);
      await page.visited;
      const second = await get(page.address);
      assert.deepEqual([second.status, second.headers.get('refresh')], [200, '1']);
      assert.match(await second.text(), /starting in another tab/);
      assert.deepEqual(second.headers.getSetCookie(), []);
      found.resolve();
      // The browser has the cookie when the second tab asks again.
      const followed = await get(page.address, { headers: cookieOf(await first) });
      assert.equal(followed.headers.get('location'), 'https://as.example/authorize');
      assert.equal(visits, 1);
    });

    it('shows what went wrong once more, although its sign-in has ended with that', async () => {
      const page = await open((visit) => {
        page.dispose();
        visit.explain('It failed', 'The server is down.');
      });
      const headers = cookieOf(await get(page.address));
      const again = await get(page.address, { headers });
      assert.equal(again.status, 502);
      assert.match(await again.text(), /It failed.*The server is down/s);
      assert.equal((await get(page.address)).status, 200);
      stage.clock.advance(10_000);
      assert.equal((await get(page.address, { headers })).status, 404);
    });

    it('leads nowhere once its sign-in has ended', async () => {
      const page = await open();
      const headers = cookieOf(await get(page.address));
      page.dispose();
      assert.equal((await get(page.address, { headers })).status, 404);
    });

    it('ends for all when its visit fails', async () => {
      const page = await stage.broker.loopback.open(120_000, () => Promise.reject(new Error('unforeseen')));
      assert.equal((await get(page.address)).status, 500);
      assert.equal((await get(page.address)).status, 404);
    });
  });

  it('waits for the user, where a browser looks ahead', async () => {
    const page = await open();
    const ahead: readonly (readonly [string, string])[] = [
      ['Sec-Purpose', 'prefetch'],
      ['Sec-Purpose', 'prefetch;prerender'],
      ['Purpose', 'prefetch'],
      ['X-Moz', 'prefetch'],
    ];
    let visited = false;
    void page.visited.then(() => (visited = true));
    for (const header of ahead) {
      const response = await get(page.address, { headers: [header] as [string, string][] });
      // What is no success is dropped by the browser, and asked for again when the user goes there.
      assert.equal(response.status, 503, header.join(': '));
      assert.deepEqual(response.headers.getSetCookie(), []);
    }
    assert.deepEqual([visits, visited], [0, false]);
    assert.equal((await get(page.address)).status, 302);
  });

  it('answers no other method, and is not used up by it', async () => {
    const page = await open();
    for (const method of ['HEAD', 'POST', 'OPTIONS', 'DELETE']) {
      assert.equal((await get(page.address, { method })).status, 404);
    }
    assert.equal((await get(page.address)).status, 302);
  });

  it('ends with its time', async () => {
    const page = await open();
    stage.clock.advance(119_999);
    const late = await open();
    stage.clock.advance(1);
    const answer = await get(page.address);
    assert.equal(answer.status, 404);
    assert.match(await answer.text(), /no longer works/);
    assert.equal((await get(late.address)).status, 302);
  });

  it('ends with its sign-in', async () => {
    const page = await open();
    page.dispose();
    assert.equal((await get(page.address)).status, 404);
    assert.equal(visits, 0);
  });

  it('answers under the name a web editor proxies it by', async () => {
    const { address } = await open();
    const browser = new RawCaller(address, '');
    const answer = await browser.send({
      method: 'GET',
      headers: { Host: 'editor.example', Authorization: undefined },
    });
    assert.equal(answer.status, 302);
    assert.match(answer.headers.location ?? '', /^https:\/\/as\.example/);
  });

  it('shows a failure as plain text, whatever its content', async () => {
    const { address } = await open((visit) => visit.explain('<b>no</b>', `"><script>alert('1')</script>&`));
    const answer = await get(address);
    assert.equal(answer.status, 502);
    const html = await answer.text();
    assert.doesNotMatch(html, /<b>|<script/);
    assert.match(html, /&lt;script&gt;alert\(&#39;1&#39;\)&lt;\/script&gt;&amp;/);
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  });
});

describe('the callback on loopback', () => {
  let stage: RelayWorld;
  before(async () => {
    stage = await startRelayWorld();
  });
  after(() => stage.close());

  it('is not there while no sign-in waits for it, and says so to whom nobody expects', async () => {
    const caller = await stage.rawCaller('repositories');
    const callback = {
      method: 'GET',
      path: '/callback?code=a&state=b',
      headers: { Authorization: undefined },
    };
    assert.equal(await (await caller.send(callback)).whole(), '');

    const redirect = await stage.broker.loopback.loopbackRedirect();
    const stranger = await caller.send(callback);
    assert.equal(stranger.status, 404);
    assert.match(await stranger.whole(), /This sign-in is no longer in progress/);
    redirect.dispose();
    redirect.dispose();
    assert.equal(await (await caller.send(callback)).whole(), '');
  });

  it('is not there under another name', async () => {
    const caller = await stage.rawCaller('repositories');
    const got: URLSearchParams[] = [];
    stage.broker.callbacks.expect('expected', (callback) => void got.push(callback));
    const redirect = await stage.broker.loopback.loopbackRedirect();
    const path = '/callback?code=a&state=expected';
    const rebound = { method: 'GET', path, headers: { Host: 'evil.example', Authorization: undefined } };
    assert.equal((await caller.send(rebound)).status, 404);
    assert.equal(
      (await caller.send({ ...rebound, method: 'POST', headers: { Authorization: undefined } })).status,
      404,
    );
    assert.equal(got.length, 0);
    const answer = await caller.send({ method: 'GET', path, headers: { Authorization: undefined } });
    assert.match(await answer.whole(), /Return to the editor/);
    assert.equal(got[0]?.get('code'), 'a');
    redirect.dispose();
  });
});
