/** Code that connects an agent, ready to be pasted. */
export interface AgentSnippet {
  readonly label: string;
  readonly language: 'typescript' | 'python' | 'json';
  readonly code: string;
}

/** The environment variable from which snippets read the key: a key in code would end up in a repository. */
export const keyVariable = 'MCP_OAUTH_BROKER_KEY';

/**
 * How to connect to a server through the broker.
 *
 * @param name the server's, as it is configured
 * @param url the agents' address of it
 */
export function agentSnippets(name: string, url: string): readonly AgentSnippet[] {
  const title = JSON.stringify(name);
  // The one character of an encoded address that would end a literal.
  const address = `'${url.replaceAll("'", "\\'")}'`;
  const key = `\`Bearer \${process.env.${keyVariable}}\``;
  const pythonKey = `f"Bearer {os.environ['${keyVariable}']}"`;
  // Each of the others is run, as it stands, by test/agents.
  const notRun = '# Not tested: try it before you rely on it.\n';
  return [
    {
      label: 'Google ADK, TypeScript',
      language: 'typescript',
      code: `import { LlmAgent, MCPToolset } from '@google/adk';

const tools = new MCPToolset({
  type: 'StreamableHTTPConnectionParams',
  url: ${address},
  transportOptions: { requestInit: { headers: { Authorization: ${key} } } },
});
const agent = new LlmAgent({ name: 'agent', model: 'gemini-2.5-flash', tools: [tools] });
`,
    },
    {
      label: 'Google ADK, Python',
      language: 'python',
      code: `${notRun}import os
from google.adk.agents import LlmAgent
from google.adk.tools.mcp_tool import McpToolset
from google.adk.tools.mcp_tool.mcp_session_manager import StreamableHTTPConnectionParams

tools = McpToolset(
    connection_params=StreamableHTTPConnectionParams(
        url="${url}",
        headers={"Authorization": ${pythonKey}},
        timeout=30,
        sse_read_timeout=300,
    )
)
agent = LlmAgent(name="agent", model="gemini-2.5-flash", tools=[tools])
`,
    },
    {
      label: 'OpenAI Agents SDK, JavaScript',
      language: 'typescript',
      code: `import { Agent, MCPServerStreamableHttp } from '@openai/agents';

const server = new MCPServerStreamableHttp({
  name: ${title},
  url: ${address},
  requestInit: { headers: { Authorization: ${key} } },
});
await server.connect();
const agent = new Agent({ name: 'agent', mcpServers: [server] });
`,
    },
    {
      label: 'OpenAI Agents SDK, Python',
      language: 'python',
      code: `${notRun}import os
from agents import Agent
from agents.mcp import MCPServerStreamableHttp

async with MCPServerStreamableHttp(
    name=${title},
    params={
        "url": "${url}",
        "headers": {"Authorization": ${pythonKey}},
        "timeout": 30,
    },
) as server:
    agent = Agent(name="agent", mcp_servers=[server])
`,
    },
    {
      label: 'LangChain, JavaScript',
      language: 'typescript',
      code: `import { MultiServerMCPClient } from '@langchain/mcp-adapters';

const client = new MultiServerMCPClient({
  mcpServers: {
    ${title}: {
      transport: 'http',
      url: ${address},
      headers: { Authorization: ${key} },
    },
  },
});
// They are cached until client.close(). Get them again after the first sign-in to the server.
const tools = await client.getTools();
`,
    },
    {
      label: 'LangChain, Python',
      language: 'python',
      code: `${notRun}import os
from langchain_mcp_adapters.client import MultiServerMCPClient

client = MultiServerMCPClient(
    {
        ${title}: {
            "transport": "streamable_http",
            "url": "${url}",
            "headers": {"Authorization": ${pythonKey}},
        }
    }
)
tools = await client.get_tools()
`,
    },
    {
      label: 'MCP SDK 1.x, TypeScript',
      language: 'typescript',
      code: `import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const url = new URL(${address});
const requestInit = { headers: { Authorization: ${key} } };
const client = new Client({ name: 'agent', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
`,
    },
    {
      label: 'MCP SDK 2.x, TypeScript',
      language: 'typescript',
      code: `import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const url = new URL(${address});
const requestInit = { headers: { Authorization: ${key} } };
const client = new Client({ name: 'agent', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
`,
    },
    {
      label: 'mcp.json',
      language: 'json',
      code: `${JSON.stringify(
        {
          inputs: [{ id: 'brokerKey', type: 'promptString', description: 'Agent key', password: true }],
          servers: { [name]: { type: 'http', url, headers: { Authorization: 'Bearer ${input:brokerKey}' } } },
        },
        undefined,
        2,
      )}\n`,
    },
  ];
}
