import assert from 'node:assert/strict';
import { ResponseScan } from '../../src/mcp/responseScan.js';

/** Fed in pieces, as documents arrive. */
function isResponse(text: string, id: string | number, piece: number): boolean {
  const scan = new ResponseScan(id);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += piece) scan.feed(bytes.subarray(at, at + piece));
  return scan.isResponse;
}

const answers: readonly [text: string, id: string | number][] = [
  ['{"jsonrpc":"2.0","id":1,"result":{}}', 1],
  [' {\r\n"result" : { "id": 2, "a": [1, -0.5e+3, true, null, "\\u00e4\\"", {}, []] } ,\t"id" : 1 } ', 1],
  ['{"error":{"code":1,"message":"ä🎉"},"id":"x\\u0031"}', 'x1'],
  ['{"id":2,"id":1.0,"result":null}', 1],
  ['{"i\\u0064":1,"result":"{\\"id\\":2}"}', 1],
  ['[{"id":7,"result":{}},{"method":"a"},{"result":{"id":9},"id":8}]', 8],
];
const others: readonly [text: string, id: string | number][] = [
  ['{"id":1,"result":{}}', '1'],
  ['{"id":"1","result":{}}', 1],
  ['{"id":1}', 1],
  ['{"id":1,"method":"a"}', 1],
  ['{"result":{"id":1}}', 1],
  ['{"id":{"id":1},"result":{}}', 1],
  ['{"id":1,"id":2,"result":{}}', 1],
  ['{"id":1,"id":{},"result":{}}', 1],
  ['{"id":1,"a":{"result":1}}', 1],
  ['[[{"id":1,"result":{}}]]', 1],
  ['[{"id":1},{"result":1}]', 1],
  ['"done"', 1],
  ['1', 1],
  ['', 1],
];
/** Where JSON is no JSON: in the place of the dots of an answer. */
const faults = [
  ...['{', '}', '[', ']', '"', '{]', '[}', '[1,]', '[,1]', '[1 2]', '{"a":1,}', '{"a"}', '{a:1}', '{1:1}'],
  ...[
    '{"a":}',
    '{"a":1 "b":2}',
    '{"a"::1}',
    '{,}',
    '"\\x"',
    '"\\u12g4"',
    '"\n"',
    "'a'",
    'nul',
    'nulls',
    'NaN',
  ],
  ...['01', '1.', '.5', '-', '+1', '1e', '--1', '0x1', '1 1', '"a""b"', ':', ',', '/**/1', '\u00a01', '1;'],
];

describe('scanning a response while it is forwarded', () => {
  for (const piece of [1, 2, 3, 7, 1_000]) {
    it(`is known for one, in pieces of ${piece}`, () => {
      for (const [text, id] of answers) assert.ok(isResponse(text, id, piece), text);
    });

    it(`recognizes the response among other messages, in pieces of ${piece}`, () => {
      for (const [text, id] of others) assert.ok(!isResponse(text, id, piece), text);
    });

    it(`is not a response if it breaks off or goes on, in pieces of ${piece}`, () => {
      for (const [text, id] of answers) {
        const whole = text.trim();
        for (let end = 1; end < whole.length; end++)
          assert.ok(!isResponse(whole.slice(0, end), id, piece), whole.slice(0, end));
        for (const more of ['}', ']', ',', '1', '{}', 'x'])
          assert.ok(!isResponse(whole + more, id, piece), more);
      }
    });

    it(`is not a response if it is not JSON, in pieces of ${piece}`, () => {
      for (const fault of faults) {
        const text = `{"id":1,"result":${fault}}`;
        assert.throws(() => JSON.parse(text) as unknown, text);
        assert.ok(!isResponse(text, 1, piece), text);
      }
    });
  }

  it('is not a response if its id is longer than the limit or it nests without end', () => {
    const long = 'x'.repeat(100_000);
    assert.ok(!isResponse(`{"id":"${long}","result":1}`, long, 1_000));
    assert.ok(!isResponse(`{"id":1,"result":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 1, 1_000));
    assert.ok(isResponse(`{"id":1,"result":"${long}"}`, 1, 1_000));
  });
});
