import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { boundedFetch } from '../../src/oauth/boundedFetch.js';
import type { Fetch } from '../../src/oauth/httpContext.js';
import { fetchFrom } from '../../src/node/judgedAddresses.js';
import { flowError } from '../oauth/flowErrors.js';
import { http } from '../oauth/scriptedServer.js';
import { listenOnLoopback } from '../demo/loopbackServer.js';
import { issuer, metadataOfIssuer, metadataOfResource, ScriptedInternet } from './scriptedInternet.js';
import { Victim } from './victim.js';

const megabyte = 1024 * 1024;
const hundred = 100 * megabyte;

/** An answer of 100 MB where a page of text is due: it is left unread where the limit is. */
describe('attack: oversized answers', () => {
  for (const [what, at] of [
    ['the resource’s metadata', metadataOfResource],
    ['the authorization server’s metadata', metadataOfIssuer],
    ['the registration', `${issuer}/register`],
    ['the token response', `${issuer}/token`],
  ] satisfies [string, string][]) {
    for (const [how, headers] of [
      ['of unknown length', {}],
      ['that says it is short', { 'content-length': '2' }],
    ] satisfies [string, Record<string, string>][]) {
      it(`${what}, 100 MB ${how} → tooLarge, and not two of them read`, async () => {
        const internet = new ScriptedInternet();
        let given = 0;
        internet.at(at, () => {
          const body = new ReadableStream<Uint8Array>({
            pull: (controller) => {
              given += 65_536;
              controller.enqueue(new Uint8Array(65_536).fill(0x20));
              if (given >= hundred) controller.close();
            },
          });
          return new Response(body, { headers });
        });
        await new Victim(internet).isRefused('tooLarge');
        assert.ok(given < 2 * megabyte, `${given} bytes`);
      });
    }
  }

  for (const [way, fetchBy] of [
    ['as the machine fetches', http.fetch],
    ['from judged addresses', (url, init) => fetchFrom(['127.0.0.1'], url, init)],
  ] satisfies [string, Fetch][]) {
    it(`100 MB in a hundred kilobytes, ${way} → tooLarge`, async () => {
      const bomb = gzipSync(new Uint8Array(hundred).fill(0x20));
      assert.ok(bomb.length < megabyte);
      const server = await listenOnLoopback(0, () => (_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
        return Promise.resolve();
      });
      try {
        await flowError('tooLarge', () => boundedFetch(server.origin, {}, { ...http, fetch: fetchBy }));
      } finally {
        await server.close();
      }
    });
  }
});
