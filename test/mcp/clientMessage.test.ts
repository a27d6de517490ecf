import assert from 'node:assert/strict';
import {
  headerDisagreement,
  parseClientMessage,
  progressTokenOf,
  toolCalled,
  type ClientMessage,
  AmbiguousJsonError,
} from '../../src/mcp/clientMessage.js';

const parse = (text: string): ClientMessage => parseClientMessage(new TextEncoder().encode(text));

const call = (params: object) =>
  ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }) as { jsonrpc: '2.0'; id: 1; method: string };

describe('a message of a caller', () => {
  it('is a request, a notification or a response', () => {
    const kinds = [
      '{"jsonrpc":"2.0","id":"a","method":"tools/list"}',
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}',
      '{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}',
      '{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}',
    ].map((text) => parse(text));
    assert.deepEqual(kinds.slice(1), [
      { kind: 'notification', method: 'notifications/cancelled', params: { requestId: 7 } },
      { kind: 'response', id: 1, result: { action: 'accept' } },
      { kind: 'response', id: 1 },
    ]);
    assert.equal(kinds[0]?.kind, 'request');
  });

  const refused: [string, string, RegExp][] = [
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"tools/call"}]', /batches are not supported/],
    ['an empty batch', '[]', /batches/],
    ['no JSON', 'name=a', /not JSON/],
    ['nothing', '', /not JSON/],
    ['JSON with a comment', '{"jsonrpc":"2.0",/* */"id":1,"method":"ping"}', /not JSON/],
    ['two documents', '{"jsonrpc":"2.0","id":1,"method":"ping"}{}', /not JSON/],
    ['another protocol', '{"id":1,"method":"ping"}', /not a JSON-RPC 2\.0 message/],
    ['a bare value', '"tools/call"', /not a JSON-RPC 2\.0 message/],
    ['a key twice', '{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}', /“method” twice/],
    [
      'a key twice, deep inside',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":[{"x":{"k":1,"k":2}}]}}',
      /“k” twice/,
    ],
    [
      'a key twice, once with an escape',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","na\\u006de":"b"}}',
      /“name” twice/,
    ],
    [
      'a key twice, in another case',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","Name":"b"}}',
      /“Name” twice/,
    ],
    [
      'a member twice, in another case',
      '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"b"}',
      /“Method” twice/,
    ],
    [
      'a key twice, both with escapes',
      '{"jsonrpc":"2.0","id":1,"method":"ping","\\u0061":1,"\\u0061":2}',
      /“a” twice/,
    ],
    ['a prototype twice', '{"jsonrpc":"2.0","id":1,"method":"ping","__proto__":1,"__proto__":2}', /twice/],
  ];
  for (const [what, text, says] of refused) {
    it(`is refused by name: ${what}`, () => {
      assert.throws(
        () => parse(text),
        (error) => {
          assert.ok(error instanceof AmbiguousJsonError);
          assert.match(error.message, says);
          return true;
        },
      );
    });
  }

  it('may have one key in several objects', () => {
    const text =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"id":1,"a":[{"id":1},{"id":2}],"b":{"id":3}}}';
    assert.equal(parse(text).kind, 'request');
  });

  it('is refused when its bytes are no UTF-8: another parser might read them as the key they are near', () => {
    const text = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","nam?e":"b"}}';
    const bytes = Uint8Array.from(text, (character) => (character === '?' ? 0xff : character.charCodeAt(0)));
    assert.throws(() => parseClientMessage(bytes), /not UTF-8/);
  });

  it('is refused, not crashed on, when it nests without end', () => {
    const text = `{"jsonrpc":"2.0","id":1,"method":"ping","a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    assert.throws(() => parse(text), AmbiguousJsonError);
  });

  it('has its tool and its progress token, if there are any', () => {
    assert.equal(toolCalled(call({ name: 'create_branch' })), 'create_branch');
    assert.equal(toolCalled(call({ name: 7 })), undefined);
    assert.equal(toolCalled({ ...call({ name: 'a' }), method: 'prompts/get' }), undefined);
    assert.equal(progressTokenOf(call({ _meta: { progressToken: 0 } })), 0);
    assert.equal(progressTokenOf(call({})), undefined);
  });

  const headers: [string, Record<string, string>, RegExp | undefined][] = [
    ['none', {}, undefined],
    ['the same method and name', { 'mcp-method': 'tools/call', 'mcp-name': 'a' }, undefined],
    ['another method', { 'mcp-method': 'tools/list' }, /Mcp-Method/],
    ['another name', { 'mcp-name': 'b' }, /Mcp-Name/],
  ];
  for (const [what, given, says] of headers) {
    it(`is held against its headers: ${what}`, () => {
      const said = headerDisagreement(call({ name: 'a' }), (name) => given[name]);
      if (says === undefined) assert.equal(said, undefined);
      else assert.match(said ?? '', says);
    });
  }
});
