import {
  LATEST_PROTOCOL_VERSION,
  type CallToolResult,
  type ElicitRequestFormParams,
  type ElicitRequestURLParams,
  type ErrorCode,
  type JSONRPCErrorResponse,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type JSONRPCResultResponse,
  type ProgressToken,
  type RequestId,
  type Result,
} from '@modelcontextprotocol/sdk/types.js';

/** The revision that the relay responds with if no upstream has declared its own. */
export const ownProtocolVersion = LATEST_PROTOCOL_VERSION;

export function resultMessage(id: RequestId, result: Result): JSONRPCResultResponse {
  return { jsonrpc: '2.0', id, result };
}

export function errorMessage(
  id: RequestId | undefined,
  code: ErrorCode | number,
  message: string,
): JSONRPCErrorResponse {
  return { jsonrpc: '2.0', ...(id !== undefined && { id }), error: { code, message } };
}

/** For a request that cannot be done: the code the SDKs use, of those left to servers (JSON-RPC 2.0 §5.1). */
export const serverErrorCode = -32001;

/** The body of the 404 after which a caller begins a new session (Streamable HTTP, session management). */
export function sessionNotFoundMessage(id: RequestId | undefined): JSONRPCErrorResponse {
  return errorMessage(id, serverErrorCode, 'Session not found');
}

/** A result that the model reads and can act on; of a JSON-RPC error it would see a code. */
export function textResult(text: string, isError = false): CallToolResult {
  return { content: [{ type: 'text', text }], ...(isError && { isError }) };
}

export function progressMessage(
  progressToken: ProgressToken,
  progress: number,
  message: string,
): JSONRPCNotification {
  return { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken, progress, message } };
}

export function notificationMessage(method: string): JSONRPCNotification {
  return { jsonrpc: '2.0', method };
}

export const toolsChangedMessage = notificationMessage('notifications/tools/list_changed');

/** Tell a caller that all it has listed is worth listing again. */
export function listChangedMessages(): readonly JSONRPCNotification[] {
  return ['tools', 'resources', 'prompts'].map((list) =>
    notificationMessage(`notifications/${list}/list_changed`),
  );
}

/** Elicitation in URL mode (MCP 2025-11-25, SEP-1036): VS Code shows it as a card in the chat. */
export function urlElicitation(id: RequestId, url: string, message: string): JSONRPCRequest {
  const params: ElicitRequestURLParams = { mode: 'url', elicitationId: String(id), url, message };
  return { jsonrpc: '2.0', id, method: 'elicitation/create', params };
}

/** Elicitation in form mode (MCP 2025-06-18): VS Code shows its one question inside the chat. */
export function formElicitation(
  id: RequestId,
  message: string,
  requestedSchema: ElicitRequestFormParams['requestedSchema'],
): JSONRPCRequest {
  const params: ElicitRequestFormParams = { mode: 'form', message, requestedSchema };
  return { jsonrpc: '2.0', id, method: 'elicitation/create', params };
}

/** Takes back a request of ours that has no response yet (MCP, cancellation). */
export function cancelledMessage(requestId: RequestId, reason: string): JSONRPCNotification {
  return { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason } };
}
