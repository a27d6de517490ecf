import { secretFieldFault } from '../settings/secretFields.js';
import { parseServers } from '../settings/serverSettings.js';

/** The headers of another program's entry: those that settings may hold, and the names of the rest. */
export interface ImportedHeaders {
  readonly kept: Readonly<Record<string, string>>;
  readonly leftOut: readonly string[];
}

/** References that only the other program can fill in: `${input:token}`, `${env:TOKEN}`, `$TOKEN`, `%TOKEN%`. */
const reference = /\$\{|\$[A-Za-z_]|%[A-Za-z_]\w*%/;
/** Names that are about a credential and hold none of the words that settings refuse. */
const credentialName = /auth|session|credential|signature/i;
/** A credential with its scheme (RFC 9110 §11.4), such as `Bearer …`. */
const withScheme = /^(basic|bearer|digest|token|apikey)\s+\S/i;
/** How well-known providers begin their keys, and a JSON Web Token. */
const knownKey = /(^|[^A-Za-z0-9])(gh[opsur]_|github_pat_|glpat-|xox[a-z]-|sk-|pk_|AKIA|eyJ)[\w-]{8,}/;
/** A long run without a break, of letters and digits both, is no word. */
const randomText = /(?=[A-Za-z0-9+/_=]*\d)(?=[A-Za-z0-9+/_=]*[A-Za-z])[A-Za-z0-9+/_=]{24,}/;

/** Keeps what is surely no secret: what is left out costs a sign-in, what is kept in error would be in the settings. */
export function importedHeaders(headers: Readonly<Record<string, string>>): ImportedHeaders {
  const entries = Object.entries(headers);
  const isKept = ([name, value]: readonly [string, string]) =>
    isAccepted(name, value) && !isSecretName(name) && !isReference(value) && !isSecretText(value);
  return {
    kept: Object.fromEntries(entries.filter(isKept)),
    leftOut: entries.filter((entry) => !isKept(entry)).map(([name]) => name),
  };
}

/** Whether a text refers to something that only the program it was written for knows. */
export function isReference(text: string): boolean {
  return reference.test(text);
}

/** Whether a header or a parameter of this name is likely to carry a secret. */
export function isSecretName(name: string): boolean {
  return credentialName.test(name) || secretFieldFault(name, 'server') !== undefined;
}

function isSecretText(value: string): boolean {
  return [withScheme, knownKey, randomText].some((pattern) => pattern.test(value));
}

function isAccepted(name: string, value: string): boolean {
  const entry = { url: 'https://mcp.example.com/mcp', headers: { [name]: value } };
  return parseServers({ server: entry }).problems.length === 0;
}
