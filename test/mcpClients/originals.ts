import type { McpClientId } from '../../src/mcpClients/mcpClient.js';

/**
 * A configuration file of each client as its users have it: remote servers beside a local one, comments and settings of
 * the program’s own, and formatting that no program would write again in the same way.
 */
export const originals: Readonly<Record<McpClientId, string>> = {
  vscode: `{
\t// keep me
\t"inputs": [ { "id": "token", "type": "promptString", "password": true } ],
\t"servers": {
\t\t"notes": { "type": "http", "url": "https://notes.example.com/mcp", "oauth": { "clientId": "c" } }, // mine
\t\t"local": { "command": "node", "args": ["server.js"] },
\t\t"tickets": {
\t\t\t"type": "sse",
\t\t\t"url": "https://tickets.example.com/sse",
\t\t\t"headers": { "Authorization": "Bearer \${input:token}", "X-Team": "blue" },
\t\t},
\t},
}
`,
  claudeCode: JSON.stringify(
    {
      numStartups: 7,
      mcpServers: {
        notes: { type: 'http', url: 'https://notes.example.com/mcp' },
        local: { command: 'node' },
      },
      projects: {
        '/home/a/work': {
          history: ['keep me'],
          mcpServers: { tickets: { type: 'sse', url: 'https://tickets.example.com/sse' } },
        },
      },
    },
    undefined,
    2,
  ),
  claudeDesktop: `{
  "globalShortcut": "keep me",
  "mcpServers": {
    "notes": {
      "command": "npx",
      "args": ["-y", "mcp-remote@latest", "https://notes.example.com/mcp", "--header", "X-Team:blue",
        "--static-oauth-client-info", "{\\"client_id\\":\\"c\\",\\"client_secret\\":\\"s\\"}"]
    },
    "local": { "command": "uvx", "args": ["files"] }
  }
}`,
  copilotCli: `{"mcpServers": {
  "notes": {"type": "http", "url": "https://notes.example.com/mcp", "tools": ["*"], "headers": {}},
  "local": {"type": "local", "command": "keep me", "args": [], "tools": ["*"]}}}\r\n`,
  codex: `# keep me
model = "m"

[mcp_servers.local]
command = "node"
args = ["server.js"]

[mcp_servers.notes] # remote
url = "https://notes.example.com/mcp"
http_headers = { "X-Team" = "blue" }
scopes = ["read"]

[mcp_servers.notes.oauth]
client_id = "c"

[projects."/home/a/work"]
trust_level = "trusted"
`,
  cursor: `\uFEFF{
    "mcpServers": {
        "local": { "command": "npx", "args": ["keep me"] },
        "notes": { "url": "https://notes.example.com/mcp",
            "auth": { "CLIENT_ID": "c", "CLIENT_SECRET": "s", "scopes": ["read", "write"] } }
    }
}
`,
  gemini: `{
  "theme": "keep me",
  "mcpServers": {
    "local": { "command": "node" },
    "notes": { "httpUrl": "https://notes.example.com/mcp", "oauth": { "enabled": true, "clientId": "c" } },
    "old": { "url": "https://old.example.com/sse" }
  }
}
`,
  windsurf: `{
  "mcpServers": {
    "notes": { "serverUrl": "https://notes.example.com/mcp", "headers": { "API_KEY": "\${env:KEY}" } },
    "local": { "command": "keep me", "disabled": true }
  }
}
`,
};
