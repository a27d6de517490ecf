import assert from 'node:assert/strict';
import { HttpSseSession } from '../../src/relay/httpSse/httpSseSession.js';
import { listenOnLoopback } from '../demo/loopbackServer.js';

describe('a session of the HTTP+SSE transport', () => {
  it('ends if the server sends more than is kept while no caller listens', async () => {
    const params = { data: 'x'.repeat(1024 * 1024) };
    const message = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params });
    const left = Promise.withResolvers<void>();
    let told = 0;
    const server = await listenOnLoopback(0, () => (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('event: endpoint\ndata: /messages\n\n');
      response.once('close', left.resolve);
      const more = () => {
        if (response.destroyed || ++told > 200) return;
        if (response.write(`data: ${message}\n\n`)) setImmediate(more);
        else response.once('drain', more);
      };
      more();
      return Promise.resolve();
    });
    try {
      const ended = Promise.withResolvers<void>();
      const { signal } = new AbortController();
      const opened = await HttpSseSession.open(
        `${server.origin}/sse`,
        new Headers(),
        (url, init) => fetch(url, init),
        signal,
        ended.resolve,
      );
      assert.ok(opened instanceof HttpSseSession);
      await Promise.all([ended.promise, left.promise]);
      assert.ok(told < 100, String(told));
    } finally {
      await server.close();
    }
  });
});
