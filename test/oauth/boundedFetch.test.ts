import assert from 'node:assert/strict';
import { bodyLimit, boundedFetch } from '../../src/oauth/boundedFetch.js';
import { flowError } from './flowErrors.js';
import { closeServers, http, scriptedServer } from './scriptedServer.js';

describe('bounded fetch', () => {
  afterEach(closeServers);

  it('gives the answer with its body', async () => {
    const server = await scriptedServer(() => ({ status: 418, body: { a: 1 } }));
    const answer = await boundedFetch(server.origin, {}, http);
    assert.equal(answer.status, 418);
    assert.deepEqual(await answer.json(), { a: 1 });
  });

  it('takes a body of exactly the limit', async () => {
    const server = await scriptedServer(() => ({ body: 'x'.repeat(bodyLimit) }));
    assert.equal((await (await boundedFetch(server.origin, {}, http)).text()).length, bodyLimit);
  });

  it('refuses a larger body, naming the limit and the address without its query', async () => {
    const server = await scriptedServer(() => ({ body: 'x'.repeat(2 * bodyLimit) }));
    const error = await flowError('tooLarge', () => boundedFetch(`${server.origin}/big?secret=1`, {}, http));
    assert.match(error.message, /1 MiB/);
    assert.equal(error.details.url, `${server.origin}/big`);
  });

  it('stops reading at the limit instead of the end of the body', async () => {
    let given = 0;
    const long = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        given += 65536;
        controller.enqueue(new Uint8Array(65536));
        if (given > 8 * bodyLimit) controller.close();
      },
    });
    await flowError('tooLarge', () =>
      boundedFetch(
        'https://a.example',
        {},
        { fetch: () => Promise.resolve(new Response(long)), reach: 'internet' },
      ),
    );
    assert.ok(given < 2 * bodyLimit, `read ${given}`);
  });

  it('follows a redirect within the origin, at most three times', async () => {
    const server = await scriptedServer(({ path }) =>
      path === '/0'
        ? { body: 'end' }
        : { status: 302, headers: { location: `/${Number(path.slice(1)) - 1}` } },
    );
    assert.equal(await (await boundedFetch(`${server.origin}/3`, {}, http, 'sameOrigin')).text(), 'end');
    await flowError('redirected', () => boundedFetch(`${server.origin}/4`, {}, http, 'sameOrigin'));
  });

  it('does not follow a redirect to another origin, and names it', async () => {
    const other = await scriptedServer(() => ({ body: {} }));
    const server = await scriptedServer(() => ({
      status: 301,
      headers: { location: `${other.origin}/x?code=1` },
    }));
    const error = await flowError('redirected', () => boundedFetch(server.origin, {}, http, 'sameOrigin'));
    assert.ok(error.message.includes(`${other.origin}/x,`), error.message);
    assert.equal(other.requests.length, 0);
  });

  it('follows no redirect at all with a request that carries a secret', async () => {
    const server = await scriptedServer(({ path }) =>
      path === '/token' ? { status: 307, headers: { location: '/elsewhere' } } : { body: {} },
    );
    await flowError('redirected', () =>
      boundedFetch(`${server.origin}/token`, { method: 'POST', body: 'code=1' }, http),
    );
    assert.deepEqual(
      server.requests.map(({ path }) => path),
      ['/token'],
    );
  });

  it('sends nothing over http to another machine', async () => {
    let asked = false;
    const fetch = () => {
      asked = true;
      return Promise.resolve(new Response());
    };
    for (const url of [
      'http://as.example/',
      'http://127.0.0.1.example/',
      'http://10.0.0.1/',
      'ftp://127.0.0.1/',
    ]) {
      await flowError('insecureAddress', () => boundedFetch(url, {}, { fetch, reach: 'thisMachine' }));
    }
    assert.equal(asked, false);
    for (const url of [
      'http://127.9.9.9/',
      'http://[::1]:1/',
      'http://localhost:2/',
      'https://as.example/',
    ]) {
      await boundedFetch(url, {}, { fetch, reach: 'thisMachine' });
    }
  });

  it('names the host and the system code of a failure, never its text', async () => {
    const server = await scriptedServer(() => ({}));
    await server.close();
    const error = await flowError('unreachable', () => boundedFetch(`${server.origin}/a?code=c`, {}, http));
    assert.equal(
      error.message,
      `${new URL(server.origin).host} could not be reached: the connection was refused.`,
    );
  });

  it('gives up when the time is over, body included', async () => {
    const time = new AbortController();
    const server = await scriptedServer(() => ({ hang: true }));
    const waiting = flowError('timedOut', () =>
      boundedFetch(`${server.origin}/slow`, {}, { ...http, timeoutSignal: () => time.signal }),
    );
    time.abort();
    assert.equal((await waiting).details.url, `${server.origin}/slow`);

    const drip = new AbortController();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        drip.signal.addEventListener('abort', () => controller.error(drip.signal.reason));
        controller.enqueue(new Uint8Array(1));
      },
    });
    const reading = flowError('timedOut', () =>
      boundedFetch(
        'https://a.example',
        {},
        {
          fetch: () => Promise.resolve(new Response(body)),
          reach: 'internet',
          timeoutSignal: () => drip.signal,
        },
      ),
    );
    drip.abort();
    await reading;
  });

  it("rethrows the reason of the caller's cancel as it is", async () => {
    const cancel = new AbortController();
    const reason = new Error('the user pressed cancel');
    const server = await scriptedServer(() => ({ hang: true }));
    const waiting = assert.rejects(
      boundedFetch(server.origin, {}, { ...http, signal: cancel.signal }),
      (error) => error === reason,
    );
    cancel.abort(reason);
    await waiting;
  });
});
