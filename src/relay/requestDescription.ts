import { serverWords } from '../oauth/serverWords.js';
import type { HeldRequest } from './heldRequest.js';

/** What a request is, as a user and a model would name it. */
export function describeRequest(held: HeldRequest): string {
  const { method, params } = held.request;
  const named = (what: unknown) => serverWords(what) ?? 'without a name';
  if (held.tool !== undefined) return named(held.tool);
  if (method === 'resources/read') return `the resource ${named(params?.['uri'])}`;
  if (method === 'prompts/get') return `the prompt ${named(params?.['name'])}`;
  return named(method);
}
