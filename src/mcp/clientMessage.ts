import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCRequest,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { visit } from 'jsonc-parser';

/** A message that is not JSON, or that two parsers could read as two different messages. */
export class AmbiguousJsonError extends Error {
  override readonly name = 'AmbiguousJsonError';
}

/** What came in one POST of the Streamable HTTP transport. */
export type ClientMessage =
  | { readonly kind: 'request'; readonly request: JSONRPCRequest }
  | {
      readonly kind: 'notification';
      readonly method: string;
      readonly params: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: 'response';
      readonly id: RequestId;
      readonly result?: Readonly<Record<string, unknown>>;
    };

/**
 * @param body of a POST
 * @throws AmbiguousJsonError if it is not one JSON-RPC message that can be judged
 */
export function parseClientMessage(body: Uint8Array): ClientMessage {
  const value = parseStrictJson(decodeUtf8(body));
  if (Array.isArray(value)) {
    throw new AmbiguousJsonError('JSON-RPC batches are not supported. Send one message per request.');
  }
  if (isJSONRPCRequest(value)) return { kind: 'request', request: value };
  if (isJSONRPCNotification(value)) {
    // A server may run it all the same, and no response would report the outcome.
    if (value.method === 'tools/call') throw new AmbiguousJsonError('A tool call must have an id.');
    return { kind: 'notification', method: value.method, params: value.params ?? {} };
  }
  if (isJSONRPCResultResponse(value)) return { kind: 'response', id: value.id, result: value.result };
  if (isJSONRPCErrorResponse(value) && value.id !== undefined) return { kind: 'response', id: value.id };
  throw new AmbiguousJsonError('The request body is not a JSON-RPC 2.0 message.');
}

/**
 * Parses JSON and refuses duplicate keys: of `{"name":"a","name":"b"}`, one parser reads `a` and another one `b`, and
 * the tool that was checked here must be the one that runs there (RFC 8259 §4). In a message and its `params`, keys
 * that differ only in case are duplicates too, because some parsers do not distinguish them.
 *
 * @throws AmbiguousJsonError
 */
function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AmbiguousJsonError('The request body is not JSON.');
  }
  const open: { readonly keys: Set<string>; readonly foldsCase: boolean }[] = [];
  let duplicate: string | undefined;
  try {
    visit(text, {
      onObjectBegin: (_offset, _length, _line, _character, path) => {
        const foldsCase = open.length === 0 || (open.length === 1 && path()[0] === 'params');
        open.push({ keys: new Set(), foldsCase });
      },
      onObjectEnd: () => void open.pop(),
      onObjectProperty: (property) => {
        const { keys, foldsCase } = open.at(-1) ?? { keys: new Set(), foldsCase: false };
        const key = foldsCase ? property.toLowerCase() : property;
        if (keys.has(key)) duplicate ??= property;
        keys.add(key);
      },
    });
  } catch (error) {
    // It descends by recursion, which nesting without end exhausts.
    if (!(error instanceof RangeError)) throw error;
    throw new AmbiguousJsonError('The request body is nested too deeply.');
  }
  if (duplicate !== undefined) {
    throw new AmbiguousJsonError(
      `The request body has the key “${duplicate.slice(0, 40)}” twice in one object.`,
    );
  }
  return value;
}

/** Bytes that are no UTF-8 are read by each parser in its own way (RFC 8259 §8.1). */
function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new AmbiguousJsonError('The request body is not UTF-8.');
  }
}

/** The tool a request calls, if it is a tool call. */
export function toolCalled(request: JSONRPCRequest): string | undefined {
  if (request.method !== 'tools/call') return undefined;
  const name = request.params?.['name'];
  return typeof name === 'string' ? name : undefined;
}

/** The editor's ids of the chat that a request was made in, and of the user's request there. */
export function chatOf({
  params,
}: JSONRPCRequest): { readonly conversation: string; readonly request?: string } | undefined {
  const conversation = params?._meta?.['vscode.conversationId'];
  const request = params?._meta?.['vscode.requestId'];
  if (!isEditorId(conversation)) return undefined;
  return { conversation, ...(isEditorId(request) && { request }) };
}

function isEditorId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{1,100}$/.test(value);
}

/** The token the caller wants progress reported under, if it wants any. */
export function progressTokenOf(request: JSONRPCRequest): string | number | undefined {
  return request.params?._meta?.progressToken;
}

/**
 * The headers and the body of a request must agree (MCP 2026-07-28, `Mcp-Method` and `Mcp-Name`): a request that
 * is judged by one must not be run by the other.
 *
 * @returns what disagrees, as a sentence
 */
export function headerDisagreement(
  request: JSONRPCRequest,
  header: (name: string) => string | undefined,
): string | undefined {
  const method = header('mcp-method');
  if (method !== undefined && method !== request.method)
    return 'The Mcp-Method header and the body name different methods.';
  const name = header('mcp-name');
  const named = request.params?.['name'] ?? request.params?.['uri'];
  if (name !== undefined && decodeHeaderValue(name) !== named)
    return 'The Mcp-Name header and the body name different items.';
  return undefined;
}

const prefix = '=?base64?';
const suffix = '?=';

/**
 * A name as a header carries it (MCP 2026-07-28, `Mcp-Name`): plain if it is printable ASCII that no parser
 * trims, else as Base64 between marks.
 */
export function encodeHeaderValue(text: string): string {
  const isPlain = /^[\t\x20-\x7e]+$/.test(text) && text === text.trim() && !isMarked(text);
  if (isPlain) return text;
  const bytes = new TextEncoder().encode(text);
  return `${prefix}${btoa(String.fromCharCode(...bytes))}${suffix}`;
}

/** @returns undefined if it is marked as Base64 of UTF-8 and is not */
export function decodeHeaderValue(value: string): string | undefined {
  if (!isMarked(value)) return value;
  try {
    const binary = atob(value.slice(prefix.length, -suffix.length));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function isMarked(value: string): boolean {
  return value.startsWith(prefix) && value.endsWith(suffix) && value.length >= prefix.length + suffix.length;
}
