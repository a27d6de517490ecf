import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { listenOnLoopback, readBody, sendJson } from './loopbackServer.js';
import { logRequest, type LoggedRequest } from './requestLog.js';

/** An MCP server that asks nobody for authorization, and keeps no sessions. */
export interface OpenServer {
  readonly url: string;
  /** The requests it got, oldest first. */
  readonly requests: readonly LoggedRequest[];
  close(): Promise<void>;
}

export async function startOpenServer(): Promise<OpenServer> {
  const requests: LoggedRequest[] = [];
  const http = await listenOnLoopback(0, () => async (request, response) => {
    const entry = logRequest(requests, request);
    response.once('close', () => (entry.status = response.statusCode));
    if (request.method !== 'POST') {
      sendJson(response, 405, { error: 'method_not_allowed' });
      return;
    }
    const body: unknown = JSON.parse(await readBody(request));
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    response.once('close', () => void transport.close());
    await publicBranches().connect(transport);
    await transport.handleRequest(request, response, body);
  });
  return { url: `${http.origin}/mcp`, requests, close: () => http.close() };
}

function publicBranches(): McpServer {
  const server = new McpServer({ name: 'repositories-open', version: '1.0.0' });
  server.registerTool(
    'list_branches',
    {
      title: 'List branches',
      description: 'Lists the branches of a public repository.',
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    () => ({ content: [{ type: 'text', text: 'public' }] }),
  );
  return server;
}
