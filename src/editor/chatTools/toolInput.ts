import { isObject } from '../../oauth/jsonResponse.js';
import { displayText } from '../../base/displayText.js';

/** Returns a text from a tool's input; an empty text counts as absent, because models may send one. */
export function textOf(input: unknown, key: string): string | undefined {
  const value = isObject(input) ? input[key] : undefined;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** Returns a list of texts from a tool's input without duplicates; other values are left out. */
export function textsOf(input: unknown, key: string): readonly string[] {
  const value = isObject(input) ? input[key] : undefined;
  const texts = Array.isArray(value) ? value.filter((text): text is string => typeof text === 'string') : [];
  return [...new Set(texts)];
}

/** Returns an error for the model that lists the known servers, so that the model can choose one. */
export function noServerCalled(name: string, known: readonly string[]): string {
  const there =
    known.length === 0
      ? 'No servers are configured.'
      : `Configured servers: ${known.map((other) => shown(other)).join(', ')}.`;
  return `MCP OAuth Broker has no server named ${shown(name)}. ${there}`;
}

function shown(name: string): string {
  return `“${displayText(name) ?? ''}”`;
}
