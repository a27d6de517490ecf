import { isObject } from '../../oauth/jsonResponse.js';
import { displayText } from '../../base/displayText.js';

/** A text of a tool's input; a model may pass an empty one for none. */
export function textOf(input: unknown, key: string): string | undefined {
  const value = isObject(input) ? input[key] : undefined;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** A list of texts of a tool's input, each once; what is no text is left out. */
export function textsOf(input: unknown, key: string): readonly string[] {
  const value = isObject(input) ? input[key] : undefined;
  const texts = Array.isArray(value) ? value.filter((text): text is string => typeof text === 'string') : [];
  return [...new Set(texts)];
}

/** For the model, which can then choose one that there is. */
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
