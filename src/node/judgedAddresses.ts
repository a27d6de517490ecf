// The names are `http` and `https`, because an editor replaces only these with modules that use its proxies
// and certificates. A separate agent would disable the editor's proxy.
import http, { type IncomingMessage } from 'http';
import https from 'https';
import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/**
 * Works like `fetch` without following redirects, but connects to one of `addresses`, whatever the name
 * resolves to in the meantime (DNS rebinding).
 *
 * Two kinds of connections are not affected: one through a proxy, which resolves the name itself, and one
 * that was kept open since the name was last judged.
 */
export async function fetchFrom(
  addresses: readonly string[],
  url: string,
  init: RequestInit,
): Promise<Response> {
  const wanted = new Request(url, { ...init, redirect: 'manual' });
  const body = new Uint8Array(await wanted.arrayBuffer());
  const target = new URL(url);
  const { request } = target.protocol === 'https:' ? https : http;
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const sent = request(target, {
    method: wanted.method,
    headers: {
      ...{ accept: '*/*', 'user-agent': 'mcp-oauth-broker', 'accept-encoding': 'gzip, deflate, br' },
      ...Object.fromEntries(wanted.headers),
      ...(body.length > 0 && { 'content-length': body.length }),
    },
    lookup: lookupIn(addresses, target.hostname),
    signal: wanted.signal,
  });
  sent.once('error', reject);
  sent.once('response', (answer) => {
    try {
      resolve(responseOf(answer));
    } catch (error) {
      answer.destroy();
      reject(error);
    }
  });
  sent.end(body);
  return promise;
}

/**
 * Returns the judged addresses for the host. A different host is that of a proxy, which the user has
 * configured.
 */
function lookupIn(addresses: readonly string[], host: string): LookupFunction {
  return (hostname, options, callback) => {
    if (hostname !== host) return systemLookup(hostname, options, callback);
    const { family } = options;
    const wanted = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : (family ?? 0);
    const all = addresses
      .map((address) => ({ address, family: isIP(address) }))
      .filter((one) => wanted === 0 || one.family === wanted);
    const [first] = all;
    if (first === undefined) {
      const unknown = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
      callback(unknown, '', 0);
    } else if (options.all === true) callback(null, all);
    else callback(null, first.address, first.family);
  };
}

function responseOf(answer: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(answer.headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  const status = answer.statusCode ?? 0;
  if ([204, 205, 304].includes(status)) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  const decoder = decoderFor(headers.get('content-encoding'));
  const body = decoder === undefined ? answer : pipeline(answer, decoder, () => undefined);
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array<ArrayBuffer>>, { status, headers });
}

function decoderFor(encoding: string | null): Transform | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
