import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { listenOnLoopback, readBody, sendJson } from './loopbackServer.js';
import { logRequest, type LoggedRequest } from './requestLog.js';

/** An MCP server without authorization and without sessions. */
export interface OpenServer {
  readonly url: string;
  /** The received requests, oldest first. */
  readonly requests: readonly LoggedRequest[];
  close(): Promise<void>;
}

/** The server's name, and its single tool. */
interface OpenServerOptions {
  readonly server: string;
  readonly tool: string;
  readonly title: string;
  /** The tool's result. */
  readonly text: string;
}

const branches: OpenServerOptions = {
  server: 'repositories-open',
  tool: 'list_branches',
  title: 'List branches',
  text: 'public',
};

export async function startOpenServer(options = branches): Promise<OpenServer> {
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
    await serverOf(options).connect(transport);
    await transport.handleRequest(request, response, body);
  });
  return { url: `${http.origin}/mcp`, requests, close: () => http.close() };
}

function serverOf({ server: name, tool, title, text }: OpenServerOptions): McpServer {
  const server = new McpServer({ name, version: '1.0.0' });
  server.registerTool(
    tool,
    { title, description: `${title}.`, annotations: { readOnlyHint: true, openWorldHint: false } },
    () => ({ content: [{ type: 'text', text }] }),
  );
  return server;
}
