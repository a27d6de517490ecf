import assert from 'node:assert/strict';
import { HttpListener } from '../../src/loopback/httpListener.js';

describe('a listener on 127.0.0.1', () => {
  const open: HttpListener[] = [];
  afterEach(() => {
    for (const listener of open.splice(0)) listener.dispose();
  });
  const listen = async (...ports: number[]) => {
    const listener = new HttpListener((_request, response, port) => response.end(String(port)), ports);
    open.push(listener);
    const url = await listener.baseUrl();
    return { url, port: Number(new URL(url).port) };
  };

  it('takes the first of its ports that is free, and responds there', async () => {
    const [first, second] = [await listen(0), await listen(0)];
    open.splice(1, 1)[0]?.dispose();
    const third = await listen(first.port, second.port, 0);
    assert.equal(third.port, second.port);
    assert.equal(await (await fetch(third.url)).text(), String(second.port));
  });

  it('takes any that the system picks if all others are taken, and fails if it may not', async () => {
    const { port } = await listen(0);
    assert.notEqual((await listen(port, 0)).port, port);
    await assert.rejects(listen(port), { code: 'EADDRINUSE' });
  });
});
