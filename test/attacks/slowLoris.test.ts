import assert from 'node:assert/strict';
import {
  fetchAuthorizationServer,
  type AuthorizationServer,
} from '../../src/oauth/authorizationServerMetadata.js';
import { registerClient } from '../../src/oauth/clientRegistration.js';
import type { HttpContext } from '../../src/oauth/httpContext.js';
import { fetchProtectedResource } from '../../src/oauth/protectedResourceMetadata.js';
import { refreshTokens } from '../../src/oauth/tokenRefresh.js';
import { flowError } from '../oauth/flowErrors.js';
import { publicClient as client, redirectUri, tokenSet } from '../oauth/signIn.js';
import { honestMetadata, issuer, mcpServer } from './scriptedInternet.js';

/** Answers that never end, each byte in time (“slow loris”): the time limit is over the whole of one. */
describe('attack: slow answers', () => {
  const as = honestMetadata() as unknown as AuthorizationServer;
  const registration = { redirectUris: [redirectUri], clientName: 'client' };
  const steps: [string, (http: HttpContext) => Promise<unknown>][] = [
    ['the resource’s metadata', (http) => fetchProtectedResource(new URL(mcpServer), undefined, http)],
    ['the authorization server’s metadata', (http) => fetchAuthorizationServer(issuer, http)],
    ['the registration', (http) => registerClient(as, registration, http)],
    ['the token response', (http) => refreshTokens({ as, client, tokens: tokenSet() }, http, Date.now)],
  ];

  for (const [what, step] of steps) {
    for (const [how, bytesBeforeTheEnd] of [
      ['never begins', undefined],
      ['stops after its first byte', 1],
      ['gives a byte at a time for ever', Infinity],
    ] as const) {
      it(`${what} ${how} → timedOut, eight seconds after the question`, async () => {
        const time = new AbortController();
        const limits: number[] = [];
        const http: HttpContext = {
          reach: 'internet',
          fetch: (_, { signal }) => slow(bytesBeforeTheEnd, signal),
          timeoutSignal: (milliseconds) => {
            limits.push(milliseconds);
            return time.signal;
          },
        };
        // When the event loop has gone round, the answer has begun, as far as it will.
        setImmediate(() => time.abort(new DOMException('over', 'TimeoutError')));
        await flowError('timedOut', () => step(http));
        assert.deepEqual(new Set(limits), new Set([8_000]));
      });
    }
  }
});

/** As the network: it gives what there is, and ends with the signal of the request. */
function slow(bytes: number | undefined, signal: AbortSignal | null | undefined): Promise<Response> {
  const ended = new Promise<never>((_, reject) =>
    signal?.addEventListener('abort', () => reject(signal.reason as Error)),
  );
  if (bytes === undefined) return ended;
  ended.catch(() => undefined);
  let given = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        if (given >= bytes) await ended;
        await Promise.race([ended, new Promise((resolve) => setImmediate(resolve))]);
        given++;
        controller.enqueue(new Uint8Array([0x20]));
      },
    },
    { highWaterMark: 0 },
  );
  return Promise.resolve(new Response(body));
}
