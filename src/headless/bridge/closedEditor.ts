import {
  LATEST_PROTOCOL_VERSION,
  SUPPORTED_PROTOCOL_VERSIONS,
  type CallToolResult,
  type JSONRPCRequest,
  type Result,
  type Tool,
} from '@modelcontextprotocol/sdk/types.js';
import { textResult } from '../../mcp/relayMessages.js';

/** How often the bridge looks for a window while a client has nothing but {@link openEditorTool}, in milliseconds. */
export const lookForWindowEvery = 3_000;

/** The one tool of a server that no window serves. Its name and description explain to a model what to do about it. */
const openEditorTool: Tool = {
  name: 'open_editor',
  title: 'Open the editor',
  description:
    'The tools of this server are listed only while the user’s editor is open. Ask the user to open it, then call this tool.',
  inputSchema: { type: 'object', properties: {} },
  annotations: { readOnlyHint: true, openWorldHint: false },
};

/**
 * The response to `initialize` while no window serves: a client that gets an error here gives the server up, and does not
 * notice when a window opens.
 */
export function initializedWithoutWindow({ params }: JSONRPCRequest): Result {
  const requested = params?.['protocolVersion'];
  const isSupported = SUPPORTED_PROTOCOL_VERSIONS.some((version) => version === requested);
  return {
    protocolVersion: isSupported ? requested : LATEST_PROTOCOL_VERSION,
    capabilities: { tools: { listChanged: true } },
    serverInfo: { name: 'MCP OAuth Broker', version: '1' },
    instructions: openEditorTool.description,
  };
}

/**
 * The response to a request while no window serves.
 *
 * @returns undefined for a request that only a window can respond to
 */
export function resultWithoutWindow({ method }: JSONRPCRequest): Result | undefined {
  switch (method) {
    case 'ping':
      return {};
    case 'tools/list':
      return { tools: [openEditorTool] };
    default:
      return undefined;
  }
}

export function isOpenEditorCall({ method, params }: JSONRPCRequest): boolean {
  return method === 'tools/call' && params?.['name'] === openEditorTool.name;
}

/** The response to a call of the tool once a window serves. */
export function editorIsOpen(): CallToolResult {
  return textResult('The editor is open. Use the tools that this server lists now.');
}
