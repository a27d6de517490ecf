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
const credentialName = /auth|session|credential|signature|passcode|jwt|hmac|csrf|xsrf/i;
/** The same, for words that other words contain. */
const credentialWord = /(^|[^a-z])(access|license|otp|pass|pat|pin|sas|sig)($|[^a-z])/i;
/** Names of what only says which of several is meant. */
const identifierName =
  /(^|[^a-z])(account|id|org|organization|project|region|team|tenant|workspace)($|[^a-z])/i;
/** A credential with its scheme (RFC 9110 §11.4), such as `Bearer …`. */
const withScheme = /^(basic|bearer|digest|token|apikey)\s+\S/i;
/** How well-known providers begin their keys, and a JSON Web Token. */
const knownKey = new RegExp(
  `(^|[^A-Za-z0-9])(${[
    ...['gh[opsur]_', 'github_pat_', 'glpat-', 'xox[a-z]-', 'sk-', '[prs]k_', 'AKIA', 'AIza', 'ATATT', 'eyJ'],
    ...[
      'ya29\\.',
      'hvs\\.',
      'SG\\.',
      'npm_',
      'hf_',
      'dckr_pat_',
      'figd_',
      'lin_',
      'ntn_',
      'secret_',
      'shp[a-z]{2}_',
    ],
    ...['dapi', 'pat-', 'tskey-'],
  ].join('|')})[\\w.-]{8,}`,
);
const uuid = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/i;
/** Runs without a break; of letters and digits both, they are no words. */
const longRuns = /[A-Za-z0-9+/_=]{20,}/g;
/** Longer than any name or value that says something and is no secret, in characters. */
const longest = 1_000;

/** Keeps what is surely no secret: what is left out costs a sign-in, what is kept in error would be in the settings. */
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

/** Whether a header or a parameter of this name is likely to carry a secret. */
export function isSecretName(name: string): boolean {
  return (
    credentialName.test(name) || credentialWord.test(name) || secretFieldFault(name, 'server') !== undefined
  );
}

/** Whether a header's or a parameter's value is likely to be a secret, whatever its name. */
export function isSecretValue(name: string, value: string): boolean {
  if (withScheme.test(value) || knownKey.test(value)) return true;
  if (uuid.test(value) && !identifierName.test(name)) return true;
  return (value.match(longRuns) ?? []).some((run) => /\d/.test(run) && /[A-Za-z]/.test(run));
}

/** Anybody can write a repository's files: what is long is not even looked at. */
function isShort(...texts: readonly string[]): boolean {
  return texts.every((text) => text.length <= longest);
}

function isAccepted(name: string, value: string): boolean {
  const entry = { url: 'https://mcp.example.com/mcp', headers: { [name]: value } };
  return parseServers({ server: entry }).problems.length === 0;
}
