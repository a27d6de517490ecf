import { isSecretName, isSecretValue } from '../settings/likelySecrets.js';
import { parseServers } from '../settings/serverSettings.js';

/** The headers of another program's entry: those that settings may hold, and the names of the rest. */
export interface ImportedHeaders {
  readonly kept: Readonly<Record<string, string>>;
  readonly leftOut: readonly string[];
}

/** References that only the other program can fill in: `${input:token}`, `${env:TOKEN}`, `$TOKEN`, `%TOKEN%`. */
const reference = /\$\{|\$[A-Za-z_]|%[A-Za-z_]\w*%/;
/** Longest header name or value that is taken for a plain text, in characters. Longer ones may be secrets. */
const longest = 1_000;

/**
 * Keeps only headers that are surely no secrets: a header that is left out costs a sign-in, and a secret that is kept
 * would be in the settings.
 */
export function importedHeaders(headers: Readonly<Record<string, string>>): ImportedHeaders {
  const entries = Object.entries(headers);
  const isKept = ([name, value]: readonly [string, string]) =>
    isShort(name, value) &&
    isAccepted(name, value) &&
    !isSecretName(name) &&
    !isReference(value) &&
    !isSecretValue(name, value);
  return {
    kept: Object.fromEntries(entries.filter(isKept)),
    leftOut: entries.filter((entry) => !isKept(entry)).map(([name]) => name),
  };
}

/** Whether a text refers to something that only the program it was written for knows. */
export function isReference(text: string): boolean {
  return reference.test(text);
}

/** Anybody can write a repository's files, so a long value is not examined. */
function isShort(...texts: readonly string[]): boolean {
  return texts.every((text) => text.length <= longest);
}

function isAccepted(name: string, value: string): boolean {
  const entry = { url: 'https://mcp.example.com/mcp', headers: { [name]: value } };
  return parseServers({ server: entry }).problems.length === 0;
}
