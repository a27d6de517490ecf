/** Code that connects an agent, ready to be pasted. */
export interface AgentSnippet {
  readonly label: string;
  readonly language: 'typescript' | 'python' | 'json';
  readonly code: string;
}

/** Where snippets read the key from: written into code, it would end up in a repository. */
export const keyVariable = 'MCP_OAUTH_BROKER_KEY';

/**
 * How to connect to a server through the broker.
 *
 * @param name the server's, as it is configured
 * @param url the agents' address of it
 */
export function agentSnippets(name: string, url: string): readonly AgentSnippet[] {
  const title = JSON.stringify(name);
  const key = `\`Bearer \${process.env.${keyVariable}}\``;
  const pythonKey = `f"Bearer {os.environ['${keyVariable}']}"`;
  return [
    {
      label: 'Google ADK, TypeScript',
      language: 'typescript',
      code: `import { LlmAgent, MCPToolset } from '@google/adk';

const tools = new MCPToolset({
  type: 'StreamableHTTPConnectionParams',
  url: '${url}',
  transportOptions: { requestInit: { headers: { Authorization: ${key} } } },
});
const agent = new LlmAgent({ name: 'agent', model: 'gemini-2.5-flash', tools: [tools] });
`,
    },
    {
      label: 'Google ADK, Python',
      language: 'python',
      code: `import os
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
  url: '${url}',
  requestInit: { headers: { Authorization: ${key} } },
});
await server.connect();
const agent = new Agent({ name: 'agent', mcpServers: [server] });
`,
    },
    {
      label: 'OpenAI Agents SDK, Python',
      language: 'python',
      code: `import os
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
      url: '${url}',
      headers: { Authorization: ${key} },
    },
  },
});
const tools = await client.getTools();
`,
    },
    {
      label: 'LangChain, Python',
      language: 'python',
      code: `import os
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

const client = new Client({ name: 'agent', version: '1.0.0' });
const requestInit = { headers: { Authorization: ${key} } };
await client.connect(new StreamableHTTPClientTransport(new URL('${url}'), { requestInit }));
`,
    },
    {
      label: 'MCP SDK 2.x, TypeScript',
      language: 'typescript',
      code: `import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const client = new Client({ name: 'agent', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
const requestInit = { headers: { Authorization: ${key} } };
await client.connect(new StreamableHTTPClientTransport(new URL('${url}'), { requestInit }));
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
