import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/sdk/types.js';
import { toolCalled } from '../mcp/clientMessage.js';
import { errorMessage, resultMessage, serverErrorCode, textResult } from '../mcp/relayMessages.js';
import type { RelaySession } from './relaySession.js';

/** From this revision on a caller takes an event that only gives a stream its id (MCP 2025-11-25, SEP-1699). */
const firstRevision = '2025-11-25';

/**
 * The id of the stream that is to answer a request, for a caller that stays when this window goes: it comes back
 * with it (`Last-Event-ID`), where it would wait for its own limit otherwise.
 *
 * @returns undefined for other callers, and for those that would not understand it
 */
export function placeOfAnswer(session: RelaySession, request: JSONRPCRequest): string | undefined {
  const revision = session.initialize.params?.['protocolVersion'];
  const understands = typeof revision === 'string' && revision >= firstRevision && !session.isStateless;
  if (!understands) return undefined;
  return session.caller.seal?.sealRequest(session.owner, { id: request.id, tool: toolCalled(request) });
}

/**
 * What answers a request whose stream broke off, with the window that ran it or without.
 *
 * @param place the id that the stream had
 * @returns undefined for what is no such id of this caller's
 */
export function interruptedAnswer(session: RelaySession, place: string): JSONRPCMessage | undefined {
  const owed = session.caller.seal?.openRequest(session.owner, place);
  if (owed === undefined) return undefined;
  if (owed.tool === undefined) return errorMessage(owed.id, serverErrorCode, words('The request'));
  return resultMessage(owed.id, textResult(words(owed.tool), true));
}

function words(what: string): string {
  return `${what} ended without an answer: the connection to the window that ran it broke. Whether the server has run it is not known; it was not run again.`;
}
