import fc from 'fast-check';
import type { HttpContext } from '../../src/oauth/httpContext.js';
import type { NetworkReach } from '../../src/oauth/networkReach.js';
import { anyJson, longText } from './inputs.js';

/** An answer to any request: usually the document as JSON, at times something else entirely. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** @param usual a document, whose members that are undefined are absent */
export function answersWith(usual: fc.Arbitrary<object>): fc.Arbitrary<Answer> {
  const json = (value: unknown) => JSON.stringify(value);
  return fc.record({
    status: fc.oneof(
      { arbitrary: fc.constant(200), weight: 20 },
      fc.constantFrom(201, 204, 206, 302, 304, 400, 401, 404, 500, 599),
    ),
    type: fc.oneof(
      { arbitrary: fc.constant('application/json'), weight: 8 },
      fc.constantFrom(
        'text/html',
        'application/x-www-form-urlencoded',
        'application/json; charset=utf-16',
        '',
      ),
    ),
    body: fc.oneof(
      { arbitrary: usual.map(json), weight: 12 },
      anyJson.map(json),
      // The first of two members of one name, and a document cut short.
      usual.map((value) =>
        json(value).replace('{', '{"issuer":"https://z.example","resource":"https://z.example",'),
      ),
      usual.map((value) => json(value).slice(0, -1)),
      longText,
    ),
  });
}

const patience = new AbortController().signal;

/** Gives the one answer to whatever is asked, at once. */
export function answering({ status, type, body }: Answer, reach: NetworkReach = 'internet'): HttpContext {
  const headers = { 'content-type': type, ...(status === 302 && { location: '/elsewhere' }) };
  const text = [204, 304].includes(status) ? null : body;
  return {
    reach,
    fetch: () => Promise.resolve(new Response(text, { status, headers })),
    timeoutSignal: () => patience,
  };
}

/** The members of a JSON document as its last writer meant them, for a judge. */
export function membersOf({ body }: Answer): Readonly<Record<string, unknown>> {
  return JSON.parse(body) as Record<string, unknown>;
}
