import assert from 'node:assert/strict';
import { configuredServers } from '../../src/mcpClients/configuredServers.js';
import type { McpClientId } from '../../src/mcpClients/mcpClient.js';

const url = 'https://notes.example.com/mcp';
const plain = { name: 'notes', url, headers: {}, isDisabled: false };

describe('servers in the configuration file of another MCP client', () => {
  const rows: readonly [string, McpClientId, string, readonly object[]][] = [
    [
      'VS Code: HTTP and SSE, with comments and a trailing comma',
      'vscode',
      `{ // mine
        "servers": {
          "notes": { "type": "http", "url": "${url}", "headers": { "X-Team": "blue" }, "oauth": { "clientId": "c" } },
          "old": { "type": "sse", "url": "${url}" },
          "local": { "command": "node", "args": ["server.js"] },
        } }`,
      [
        { ...plain, path: ['servers', 'notes'], headers: { 'X-Team': 'blue' }, clientId: 'c' },
        { ...plain, name: 'old', path: ['servers', 'old'], type: 'sse' },
      ],
    ],
    [
      'Claude Code: the user’s servers and those of a folder',
      'claudeCode',
      JSON.stringify({
        mcpServers: { notes: { type: 'http', url } },
        projects: { '/home/a/work': { mcpServers: { other: { type: 'http', url } }, history: [] } },
      }),
      [
        { ...plain, path: ['mcpServers', 'notes'] },
        {
          ...plain,
          name: 'other',
          path: ['projects', '/home/a/work', 'mcpServers', 'other'],
          folder: '/home/a/work',
        },
      ],
    ],
    [
      'Claude Desktop: a remote server behind mcp-remote',
      'claudeDesktop',
      JSON.stringify({
        mcpServers: {
          notes: { command: 'npx', args: ['-y', 'mcp-remote@latest', url, '--header', 'X-Team: blue'] },
          legacy: { command: 'npx.cmd', args: ['mcp-remote', url, '--transport', 'sse-only'] },
          files: { command: 'npx', args: ['-y', '@example/files', url] },
        },
      }),
      [
        { ...plain, path: ['mcpServers', 'notes'], headers: { 'X-Team': 'blue' } },
        { ...plain, name: 'legacy', path: ['mcpServers', 'legacy'], type: 'sse' },
      ],
    ],
    [
      'Cursor: a client of its own, and a server that is switched off',
      'cursor',
      JSON.stringify({
        mcpServers: {
          notes: { url, auth: { CLIENT_ID: 'c', CLIENT_SECRET: 's', scopes: ['read', 'write'] } },
          off: { url, disabled: true },
        },
      }),
      [
        {
          ...plain,
          path: ['mcpServers', 'notes'],
          clientId: 'c',
          clientSecret: 's',
          scopes: 'read write',
        },
        { ...plain, name: 'off', path: ['mcpServers', 'off'], isDisabled: true },
      ],
    ],
    [
      'Windsurf',
      'windsurf',
      JSON.stringify({ mcpServers: { notes: { serverUrl: url } } }),
      [{ ...plain, path: ['mcpServers', 'notes'] }],
    ],
    [
      'Copilot CLI',
      'copilotCli',
      JSON.stringify({ mcpServers: { notes: { type: 'http', url, tools: ['*'], oauthClientId: 'c' } } }),
      [{ ...plain, path: ['mcpServers', 'notes'], clientId: 'c' }],
    ],
    [
      'Gemini CLI: httpUrl is Streamable HTTP, url is SSE unless it says otherwise',
      'gemini',
      JSON.stringify({
        mcpServers: {
          notes: { httpUrl: url, oauth: { clientId: 'c', scopes: ['read'] } },
          old: { url },
          typed: { url, type: 'http' },
        },
      }),
      [
        { ...plain, path: ['mcpServers', 'notes'], clientId: 'c', scopes: 'read' },
        { ...plain, name: 'old', path: ['mcpServers', 'old'], type: 'sse' },
        { ...plain, name: 'typed', path: ['mcpServers', 'typed'] },
      ],
    ],
    [
      'Codex',
      'codex',
      `model = "m"
[mcp_servers.local]
command = "node"
[mcp_servers.notes]
url = "${url}"
http_headers = { "X-Team" = "blue" }
enabled = false
scopes = ["read"]
[mcp_servers.notes.oauth]
client_id = "c"
`,
      [
        {
          ...plain,
          path: ['mcp_servers', 'notes'],
          headers: { 'X-Team': 'blue' },
          clientId: 'c',
          scopes: 'read',
          isDisabled: true,
        },
      ],
    ],
  ];
  for (const [title, client, text, expected] of rows) {
    it(`of ${title}`, () => assert.deepEqual(configuredServers(text, client), expected));
  }

  it('are none in a file that is empty or holds no servers', () => {
    assert.deepEqual(configuredServers('', 'cursor'), []);
    assert.deepEqual(configuredServers('{"mcpServers": []}', 'cursor'), []);
    assert.deepEqual(configuredServers('model = "m"', 'codex'), []);
  });

  it('refuse a broken file by its line, without repeating its text', () => {
    const secret = 'sk-not-shown';
    const broken = (text: string, client: McpClientId) => {
      assert.throws(
        () => configuredServers(text, client),
        ({ name, message }: Error) =>
          name === 'ConfigurationFault' && message.includes('Line 2') && !message.includes(secret),
      );
    };
    broken(`{\n "a": "${secret}\n}`, 'cursor');
    broken(`a = 1\nb = "${secret}\n`, 'codex');
  });
});
