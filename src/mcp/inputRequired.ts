import type { JSONRPCRequest, Result } from '@modelcontextprotocol/sdk/types.js';

/** The one question of ours in a result that asks for input. */
const question = 'mcp-oauth-broker/consent';
/** Begins each state that is ours: what a server gave begins otherwise, or is not known here. */
const statePrefix = 'mcp-oauth-broker/';

/** The methods whose result may ask the caller for input first (MCP 2026-07-28, multi round-trip requests). */
const askingMethods = new Set(['tools/call', 'prompts/get', 'resources/read']);

export function mayRequireInput({ method }: JSONRPCRequest): boolean {
  return askingMethods.has(method);
}

/** A result that has the caller show an address and then say its request again, with `id` in it. */
export function consentRequired(id: string, url: string, message: string): Result {
  const params = { mode: 'url', elicitationId: id, url, message };
  return {
    resultType: 'input_required',
    inputRequests: { [question]: { method: 'elicitation/create', params } },
    requestState: statePrefix + id,
  };
}

/** What a caller brings when it says its request again. */
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

/** The id given to {@link consentRequired}, and whether the user went on; undefined where it was not ours. */
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

/** Whether a result asks for input rather than to be the answer. */
export function asksForInput(result: unknown): boolean {
  return (result as { resultType?: unknown } | null | undefined)?.resultType === 'input_required';
}
