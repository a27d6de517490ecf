import { agentSnippets } from '../../src/broker/agents/agentSnippets.js';

/** An agent of the grid. */
export interface AgentKind {
  /** Its npm package. */
  readonly name: string;
  /** The product's snippet that connects it. */
  readonly snippet: string;
  /** The export of the snippet that its program needs. */
  readonly gives: string;
  /** Its program, below `programs`. */
  readonly program: string;
}

export const agentKinds: readonly AgentKind[] = [
  { name: '@google/adk', snippet: 'Google ADK, TypeScript', gives: 'agent', program: 'adk.mjs' },
  { name: '@openai/agents', snippet: 'OpenAI Agents SDK, JavaScript', gives: 'agent', program: 'openai.mjs' },
  {
    name: '@langchain/mcp-adapters',
    snippet: 'LangChain, JavaScript',
    gives: 'client',
    program: 'langchain.mjs',
  },
  {
    name: '@modelcontextprotocol/sdk',
    snippet: 'MCP SDK 1.x, TypeScript',
    gives: 'client',
    program: 'sdk.mjs',
  },
  {
    name: '@modelcontextprotocol/client',
    snippet: 'MCP SDK 2.x, TypeScript',
    gives: 'client',
    program: 'sdk.mjs',
  },
];

/** Returns the module that connects the agent: the product's unmodified snippet, with an export. */
export function connectionModule({ snippet, gives }: AgentKind, server: string, url: string): string {
  const found = agentSnippets(server, url).find(({ label }) => label === snippet);
  if (found === undefined) throw new Error(`The product offers no snippet “${snippet}”.`);
  return `${found.code}\nexport { ${gives} };\n`;
}
