import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { fetchFrom } from '../../src/node/judgedAddresses.js';
import { machineFetch, systemResolver } from '../../src/node/machine.js';
import { readBody } from '../demo/loopbackServer.js';

/** A name that no resolver knows: what answers it was reached by its address. */
const host = 'mcp.invalid';
const unaborted = new AbortController().signal;

describe('a request to addresses that were judged', () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let server: ReturnType<typeof createServer>;
  let origin: string;
  beforeEach(async () => {
    answer = (_, response) => response.end('found');
    server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  const asText = async (response: Promise<Response>) => (await response).text();

  it('goes to one of them, whatever the name resolves to', async () => {
    assert.equal(await asText(fetchFrom(['127.0.0.1'], `${origin}/`, {})), 'found');
    assert.equal(await asText(machineFetch(`${origin}/`, {}, ['127.0.0.1'])), 'found');
  });

  it('goes to no other, though the name resolves to one that answers', async () => {
    let asked = false;
    answer = (_, response) => {
      asked = true;
      response.end();
    };
    const url = origin.replace(host, 'localhost');
    await assert.rejects(fetchFrom([], url, {}), { code: 'ENOTFOUND' });
    assert.equal(asked, false);
  });

  it('carries method, headers and a form, and names the host it was meant for', async () => {
    const seen: unknown[] = [];
    answer = (request, response) => {
      void readBody(request).then((body) => {
        const { method, url, headers } = request;
        seen.push(method, url, headers.host, headers['content-type'], headers['x-team'], body);
        response.writeHead(201, { 'x-answer': 'yes' }).end();
      });
    };
    const init = {
      method: 'POST',
      headers: { 'x-team': 'docs' },
      body: new URLSearchParams({ code: 'a b' }),
    };
    const response = await fetchFrom(['127.0.0.1'], `${origin}/token?x=1`, init);
    assert.deepEqual([response.status, response.headers.get('x-answer')], [201, 'yes']);
    const form = 'application/x-www-form-urlencoded;charset=UTF-8';
    assert.deepEqual(seen, ['POST', '/token?x=1', new URL(origin).host, form, 'docs', 'code=a+b']);
  });

  it('gives a compressed answer as it was before, and none for 204', async () => {
    answer = (_, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}'));
    assert.equal(await asText(fetchFrom(['127.0.0.1'], origin, {})), '{"a":1}');
    answer = (_, response) => void response.writeHead(204).end();
    assert.equal((await fetchFrom(['127.0.0.1'], origin, {})).body, null);
  });

  it('follows no redirect', async () => {
    answer = (_, response) => void response.writeHead(302, { location: '/elsewhere' }).end();
    const response = await fetchFrom(['127.0.0.1'], origin, {});
    assert.deepEqual([response.status, response.headers.get('location')], [302, '/elsewhere']);
  });

  it('is rejected for a status that is none, and ends with its signal, before and in the answer', async () => {
    answer = (_, response) => void response.writeHead(999).end();
    await assert.rejects(fetchFrom(['127.0.0.1'], origin, {}), RangeError);
    for (const begins of [false, true]) {
      const arrived = Promise.withResolvers<void>();
      answer = (_, response) => {
        if (begins) response.write('x');
        arrived.resolve();
      };
      const cancel = new AbortController();
      const reading = fetchFrom(['127.0.0.1'], origin, { signal: cancel.signal }).then((got) => got.text());
      await arrived.promise;
      cancel.abort();
      await assert.rejects(reading);
    }
  });
});

describe('the resolver of the machine', () => {
  it('gives the addresses of a name', async () => {
    const found = await systemResolver.addressesOf('localhost', unaborted);
    assert.ok(found.includes('127.0.0.1') || found.includes('::1'), found.join());
  });

  it('rejects with the reason of its signal', async () => {
    const reason = new Error('cancelled');
    await assert.rejects(
      systemResolver.addressesOf('localhost', AbortSignal.abort(reason)),
      (error) => error === reason,
    );
  });
});
