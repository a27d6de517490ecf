import assert from 'node:assert/strict';
import type { RawCaller } from './rawCaller.js';
import { startRelayWorld, type RelayWorld } from './relayWorld.js';
import { scriptedUpstream, type ScriptedUpstream } from './scriptedUpstream.js';

describe('a session at an upstream', () => {
  let upstream: ScriptedUpstream;
  let stage: RelayWorld;
  let caller: RawCaller;
  /** Stands in the way of `initialize`. */
  let initialize: (init: RequestInit) => Promise<void>;
  const begun = () => Promise.resolve();
  beforeEach(async () => {
    initialize = begun;
    upstream = await scriptedUpstream();
    stage = await startRelayWorld({
      servers: { scripted: upstream.url },
      fetch: async (url, init) => {
        const isInitialize =
          init.body instanceof Uint8Array && Buffer.from(init.body).includes('"initialize"');
        if (isInitialize) await initialize(init);
        return fetch(url, init);
      },
    });
    stage.own(upstream);
    caller = await stage.rawCaller('scripted');
  });
  afterEach(() => stage.close());

  const tool = (name: string) => ({ name, inputSchema: { type: 'object' } });
  const reply = (id: unknown, result: object) => JSON.stringify({ jsonrpc: '2.0', id, result });
  /** Answers nothing until the relay gives up. */
  const hang = (asked: () => void) => (init: RequestInit) =>
    new Promise<void>((_, reject) => {
      init.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
      asked();
    });

  it('that is not begun within 30 s leaves the caller with the relay alone', async () => {
    const asked = Promise.withResolvers<void>();
    initialize = hang(asked.resolve);
    const initialized = caller.initialize({});
    await asked.promise;
    stage.clock.advance(30_000);
    const { result } = await initialized;
    assert.equal((result?.['serverInfo'] as { name: string }).name, 'scripted');
  });

  it('lets go of a call that is cancelled while it begins', async () => {
    initialize = () => Promise.reject(new TypeError('down'));
    await caller.initialize({});
    const asked = Promise.withResolvers<void>();
    initialize = hang(asked.resolve);
    const answer = caller.callTool('late');
    await asked.promise;
    await caller.notify('notifications/cancelled', { requestId: 1 });
    assert.equal(await (await answer).whole(), '');
  });

  for (const [what, next, most] of [
    ['without end', (page: number) => String(page), 101],
    ['in a circle', () => 'again', 3],
  ] as const) {
    it(`whose tool list has pages ${what} ends sign_in all the same`, async () => {
      initialize = () => Promise.reject(new TypeError('down'));
      await caller.initialize({});
      await (await caller.call('tools/list')).whole();
      initialize = begun;
      let pages = 0;
      upstream.answer = ({ id }, response) => {
        pages++;
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end(reply(id, { tools: pages === 1 ? [tool('a')] : [], nextCursor: next(pages) }));
      };
      const answer = await caller.callTool('sign_in');
      assert.match(await answer.whole(), /Its tools are available now: a\./);
      assert.ok(pages <= most, String(pages));
    });
  }

  it('gets the calls of its own tool sign_in once its tools were listed', async () => {
    initialize = () => Promise.reject(new TypeError('down'));
    await caller.initialize({});
    await (await caller.call('tools/list')).whole();
    initialize = begun;
    upstream.answer = ({ id, method }, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      const content = [{ type: 'text', text: 'its own' }];
      response.end(reply(id, method === 'tools/list' ? { tools: [tool('sign_in')] } : { content }));
    };
    await (await caller.call('tools/list')).whole();
    assert.match(await (await caller.callTool('sign_in')).whole(), /its own/);
  });

  it('gets the response to a request of its own, whatever its id looks like', async () => {
    await caller.initialize({});
    await caller.respond('mcp-oauth-broker/not-ours', { action: 'accept' });
    assert.match(upstream.received.at(-1)?.body ?? '', /not-ours/);
  });
});
