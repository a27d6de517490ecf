import {
  ImplementationSchema,
  ServerCapabilitiesSchema,
  SUPPORTED_PROTOCOL_VERSIONS,
  type InitializeResult,
  type JSONRPCErrorResponse,
  type JSONRPCRequest,
  type Result,
  type ServerCapabilities,
} from '@modelcontextprotocol/sdk/types.js';
import { encodeHeaderValue } from './clientMessage.js';
import { errorMessage, ownProtocolVersion } from './relayMessages.js';

/**
 * The revision without sessions (MCP 2026-07-28): each request declares in its `_meta` its revision, its sender, and
 * what that client supports; `server/discover` replaces `initialize`.
 */
export const statelessRevision = '2026-07-28';

export const discoverMethod = 'server/discover';
export const listenMethod = 'subscriptions/listen';

/** The error code of a server that does not speak a request's revision. */
const unsupportedRevisionCode = -32022;
/** The response to a request of a revision that is not spoken here. */
export function unsupportedRevision(request: JSONRPCRequest): JSONRPCErrorResponse {
  const { error, ...rest } = errorMessage(request.id, unsupportedRevisionCode, 'Unsupported revision');
  const data = {
    supported: [statelessRevision, ...SUPPORTED_PROTOCOL_VERSIONS],
    requested: declaredRevision(request),
  };
  return { ...rest, error: { ...error, data } };
}

/** The error code for a header that disagrees with the body. */
export const headerMismatchCode = -32020;

const key = (name: string) => `io.modelcontextprotocol/${name}`;

/** The revision a request declares for itself; undefined if it belongs to a session. */
export function declaredRevision({ params }: JSONRPCRequest): string | undefined {
  const declared = params?._meta?.[key('protocolVersion')];
  return typeof declared === 'string' ? declared : undefined;
}

/** What a request's client can do, in the form that `initialize` has. */
export function declaredCapabilities({ params }: JSONRPCRequest): unknown {
  return params?._meta?.[key('clientCapabilities')];
}

/**
 * A session's request as one without a session. No capability is declared, whatever the caller has: what such
 * a server asks of its client comes in the response, and a caller with a session does not look for it there.
 *
 * @param initialize the caller's
 */
export function withoutSession(request: JSONRPCRequest, initialize: JSONRPCRequest): JSONRPCRequest {
  const client = ImplementationSchema.safeParse(initialize.params?.['clientInfo']).data;
  const _meta = {
    ...request.params?._meta,
    [key('protocolVersion')]: statelessRevision,
    ...(client !== undefined && { [key('clientInfo')]: client }),
    [key('clientCapabilities')]: {},
  };
  return { ...request, params: { ...request.params, _meta } };
}

/** The headers that repeat what the body of a request says. */
export function statelessHeaders({ method, params }: JSONRPCRequest): Readonly<Record<string, string>> {
  const named = params?.['name'] ?? params?.['uri'];
  return {
    'Mcp-Protocol-Version': statelessRevision,
    'Mcp-Method': method,
    ...(typeof named === 'string' && { 'Mcp-Name': encodeHeaderValue(named) }),
  };
}

/** What a server discloses about itself, as far as it is needed here; the rest is handed on as it is. */
export interface DiscoverResult extends Result {
  readonly supportedVersions: readonly string[];
  readonly capabilities: ServerCapabilities;
  readonly instructions?: string;
}

/** @returns undefined if it is not the result of a server that speaks {@link statelessRevision} */
export function discoverResultOf(value: unknown): DiscoverResult | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { supportedVersions, capabilities } = value as Partial<Record<string, unknown>>;
  if (!Array.isArray(supportedVersions) || !supportedVersions.includes(statelessRevision)) return undefined;
  return ServerCapabilitiesSchema.safeParse(capabilities).success ? (value as DiscoverResult) : undefined;
}

/** What a session with such a server begins with. */
export function initializeResultOf(
  discovered: DiscoverResult,
  initialize: JSONRPCRequest,
  name: string,
): InitializeResult {
  const asked = initialize.params?.['protocolVersion'];
  const isSpoken = typeof asked === 'string' && SUPPORTED_PROTOCOL_VERSIONS.includes(asked);
  const serverInfo = ImplementationSchema.safeParse(discovered._meta?.[key('serverInfo')]).data;
  return {
    protocolVersion: isSpoken ? asked : ownProtocolVersion,
    serverInfo: serverInfo ?? { name, version: '0' },
    capabilities: discovered.capabilities,
    ...(typeof discovered.instructions === 'string' && { instructions: discovered.instructions }),
  };
}

/** Methods with results that declare how long they may be kept. */
const cacheable = /^(server\/discover|tools\/list|prompts\/list|resources\/(list|templates\/list|read))$/;

/** A result of ours with what the revision requires of every result. */
export function completeResult(method: string, result: Result): Result {
  const stays = cacheable.test(method) ? { ttlMs: 0, cacheScope: 'private' } : {};
  return { resultType: 'complete', ...stays, ...result };
}

/** The one question of ours in a result that asks for input. */
const question = 'mcp-oauth-broker/consent';
/** Begins each state that is ours: what a server gave begins otherwise, or is not known here. */
const statePrefix = 'mcp-oauth-broker/';

/** The methods whose result may ask the caller for input first (MCP 2026-07-28, multi round-trip requests). */
const askingMethods = new Set(['tools/call', 'prompts/get', 'resources/read']);

export function mayRequireInput({ method }: JSONRPCRequest): boolean {
  return askingMethods.has(method);
}

/** A result that makes the caller show an address and then send its request again, with `id` in it. */
export function consentRequired(id: string, url: string, message: string): Result {
  const params = { mode: 'url', elicitationId: id, url, message };
  return {
    resultType: 'input_required',
    inputRequests: { [question]: { method: 'elicitation/create', params } },
    requestState: statePrefix + id,
  };
}

/** What a caller brings when it sends its request again. */
export interface BroughtInput {
  readonly inputResponses?: unknown;
  readonly requestState?: unknown;
}

export function broughtInput({ params }: JSONRPCRequest): BroughtInput {
  const { inputResponses, requestState } = params ?? {};
  return {
    ...(inputResponses !== undefined && { inputResponses }),
    ...(requestState !== undefined && { requestState }),
  };
}

/** The id given to {@link consentRequired}, and whether the user accepted; undefined if the question was not ours. */
export function consentAnswerIn(
  request: JSONRPCRequest,
): { readonly id: string; readonly accepted: boolean } | undefined {
  const { inputResponses, requestState } = broughtInput(request);
  if (typeof requestState !== 'string' || !requestState.startsWith(statePrefix)) return undefined;
  const answers = inputResponses as Partial<Record<string, { action?: unknown } | null>> | undefined;
  const action = answers?.[question]?.action;
  return { id: requestState.slice(statePrefix.length), accepted: action === 'accept' };
}

/** A request with other input than it brought: what it brought before ours was asked for. */
export function withInput(request: JSONRPCRequest, input: BroughtInput): JSONRPCRequest {
  const { inputResponses: _answered, requestState: _state, ...params } = request.params ?? {};
  return { ...request, params: { ...params, ...input } };
}

/** Whether a result asks for input instead of being the final one. */
export function asksForInput(result: unknown): boolean {
  return (result as { resultType?: unknown } | null | undefined)?.resultType === 'input_required';
}
