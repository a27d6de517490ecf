import assert from 'node:assert/strict';
import {
  displacingList,
  dotMcpServersIn,
  serverAddresses,
  serverAtSameAddress,
  serverNames,
  serversIn,
  type OtherServerList,
} from '../../src/broker/settings/displacedServers.js';

describe('a server with the same name in a configuration file', () => {
  const workspace = { file: '.vscode/mcp.json', names: ['Reports', 'other'] };
  const user = { file: 'mcp.json', names: ['reports'] };

  it('is found without regard to case, in the list that the editor prefers', () => {
    assert.equal(displacingList('rePorts', [workspace, user]), workspace);
    assert.equal(displacingList('reports', [user]), user);
  });

  it('is absent if no file has the whole name', () => {
    assert.equal(displacingList('report', [workspace, user]), undefined);
    const none: readonly OtherServerList[] = [];
    assert.equal(displacingList('reports', none), undefined);
  });
});

describe('a server with the same address in a configuration file', () => {
  const list = (servers: object) => ({
    file: 'f',
    names: Object.keys(servers),
    addresses: serverAddresses(servers),
  });
  const url = 'https://mcp.example/mcp';

  it('is found under another name, in any spelling of its address', () => {
    for (const written of [url, 'HTTPS://MCP.example:443/mcp', `${url}/`, `${url}#top`, ` ${url} `]) {
      const found = serverAtSameAddress(url, [list({ a: {} }), list({ theirs: { url: written } })]);
      assert.equal(found?.name, 'theirs', written);
    }
  });

  it('is absent at another address, or at one that depends on an input', () => {
    for (const other of [
      'https://mcp.example/other',
      'https://mcp.example/MCP',
      `${url}?a`,
      '${input:url}',
      1,
    ])
      assert.equal(serverAtSameAddress(url, [list({ theirs: { url: other }, bare: null })]), undefined);
    assert.equal(serverAtSameAddress(url, [{ file: 'f', names: ['a'] }]), undefined);
  });
});

describe('the names in an mcp.json', () => {
  const files: readonly [string, string, readonly string[]][] = [
    ['are those of its servers', '{"servers":{"a":{},"b":{}},"inputs":[{"id":"c"}]}', ['a', 'b']],
    [
      'are read despite comments and trailing commas',
      '\uFEFF// mine\n{"servers":{/* "x":{}, */"a // no":{"url":"http://h/*,}*/"},\n"b":{},}, }',
      ['a // no', 'b'],
    ],
    ['are empty in an incomplete file', '{"servers":{"a":', []],
    ['are empty in a file without servers', '{"mcpServers":{"a":{}}}', []],
    ['are empty in another kind of file', '["servers"]', []],
  ];
  for (const [what, text, names] of files) {
    it(what, () => {
      assert.deepEqual(serverNames(serversIn(text)), names);
    });
  }

  it('are empty if the setting is no object', () => {
    assert.deepEqual([null, undefined, 'a', ['a']].map(serverNames), [[], [], [], []]);
  });
});

describe('the names in a folder’s .mcp.json', () => {
  const files: readonly [string, string, readonly string[]][] = [
    [
      'are those of its servers, wherever they run',
      '{"mcpServers":{"a":{"url":"u"},"b":{"command":"c"}}}',
      ['a', 'b'],
    ],
    [
      'are also read without the enclosing object',
      '// ours\n{"a":{"url":"u"},"b":{"command":"c"},}',
      ['a', 'b'],
    ],
    ['exclude entries that the editor ignores', '{"mcpServers":{"a":{},"b":1,"c":{"url":1}}}', []],
    ['exclude entries outside “mcpServers”', '{"mcpServers":{},"a":{"url":"u"}}', []],
    ['are empty in an incomplete file', '{"mcpServers":{"a":{"url":"u"}', []],
    ['are empty in another kind of file', '["mcpServers"]', []],
  ];
  for (const [what, text, names] of files) {
    it(what, () => {
      assert.deepEqual(serverNames(dotMcpServersIn(text)), names);
    });
  }
});
