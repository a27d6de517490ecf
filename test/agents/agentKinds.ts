import { agentSnippets } from '../../src/broker/agents/agentSnippets.js';

/** An agent of the grid. */
export interface AgentKind {
  /** The package it is made with. */
  readonly name: string;
  /** Which of the product's snippets connects it. */
  readonly snippet: string;
  /** What its program needs of that. */
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

/** The module that connects the agent: what the product offers to paste, to the letter, and what it gives. */
export function connectionModule({ snippet, gives }: AgentKind, server: string, url: string): string {
  const found = agentSnippets(server, url).find(({ label }) => label === snippet);
  if (found === undefined) throw new Error(`The product offers no snippet “${snippet}”.`);
  return `${found.code}\nexport { ${gives} };\n`;
}
