import type { Tool } from '@modelcontextprotocol/sdk/types.js';

export const signInToolName = 'sign_in';

/**
 * The one tool of a server nobody has signed in to. Read-only and closed-world by annotation, so that no
 * second confirmation stands before the consent itself.
 */
export function signInTool(server: string): Tool {
  return {
    name: signInToolName,
    title: `Sign in to ${server}`,
    description: `Signs the person in to the MCP server “${server}”. Its real tools are listed only after that: call this first, then use the tools it names.`,
    inputSchema: { type: 'object', properties: {} },
    annotations: { readOnlyHint: true, openWorldHint: false },
  };
}
