import { defined } from '../base/defined.js';
import { addressOf, displayText } from '../base/displayText.js';

/** What a server asks for when it refuses a request (RFC 6750 §3, RFC 9728 §5.1). */
export interface BearerChallenge {
  readonly error?: string;
  readonly errorDescription?: string;
  /** What the request needs; absent if the header names none. */
  readonly scopes?: readonly string[];
  readonly resourceMetadata?: URL;
  readonly realm?: string;
  /** Present if the server requires tokens that are bound to a key (RFC 9449 §7.1). */
  readonly dpop?: {
    /** The algorithms that proofs may be signed with; undefined if not specified. */
    readonly algs?: readonly string[];
    /** Whether there is no Bearer challenge as well. */
    readonly alone: boolean;
  };
}

/**
 * Reads the Bearer challenge of a response, of however many challenges there are, or DPoP's if there is no Bearer
 * challenge. If there are both, the one with an error explains why this request was refused, and the other one
 * supplies missing values. A malformed header counts as none and never throws, because the request was refused in any
 * case.
 *
 * @see RFC 9110 §11.6.1, RFC 9449 §7.1
 */
export function bearerChallengeOf(response: {
  readonly status: number;
  readonly headers: Headers;
}): BearerChallenge | undefined {
  const header = response.headers.get('www-authenticate');
  const parsed = parseChallenges(header ?? '') ?? [];
  const bearer = parsed.find(({ scheme }) => scheme === 'bearer')?.parameters;
  const dpop = parsed.find(({ scheme }) => scheme === 'dpop')?.parameters;
  const both = [bearer, dpop].filter((one) => one !== undefined);
  if (both.length === 0) return undefined;
  const telling = both.find((one) => one.has('error'));
  const parameter = (name: string) =>
    telling?.get(name) ?? both.map((one) => one.get(name)).find((value) => value !== undefined);
  const of = (name: string) => displayText(parameter(name));
  const error = of('error');
  const errorDescription = of('error_description');
  const realm = of('realm');
  const scopes = scopeTokens(parameter('scope') ?? '');
  const resourceMetadata = webAddress(parameter('resource_metadata'));
  const algs = dpop?.get('algs')?.split(/\s+/).filter(Boolean);
  return defined({
    error,
    errorDescription,
    scopes: scopes.length > 0 ? scopes : undefined,
    resourceMetadata,
    realm,
    dpop: dpop !== undefined ? defined({ alone: bearer === undefined, algs }) : undefined,
  });
}

/** Whether a text is one scope: printable ASCII without space, quote and backslash (RFC 6749 §3.3). */
export function isScopeToken(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text);
}

/** The scope tokens of a `scope` value, once each, without what no scope may contain. */
export function scopeTokens(scope: string): readonly string[] {
  return [...new Set(scope.split(/\s+/).filter(isScopeToken))];
}

interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** Names in lower case; of a repeated one, the first. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = "[\\w!#$%&'*+.^`|~-]+";
const separators = /[ \t]*(?:,[ \t]*)*/y;
const schemeStart = new RegExp(`(${token})(?=[ \\t,]|$)`, 'y');
const parameter = new RegExp(
  `[ \\t]*(${token})[ \\t]*=[ \\t]*(?:(${token})(?=[ \\t,]|$)|"((?:[^"\\\\]|\\\\.)*)")`,
  'y',
);
const token68 = /[ \t]+[\w.~+/-]+=*(?=[ \t]*(?:,|$))/y;

/**
 * Parses the challenges of a `WWW-Authenticate` value; undefined if it is malformed. `oauth4webapi` parses the same
 * but reports the result only by a rejected promise, and a proxy in the middle of a response needs it at once.
 */
export function parseChallenges(header: string): readonly Challenge[] | undefined {
  const challenges: Challenge[] = [];
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  take(separators);
  while (at < header.length) {
    const scheme = take(schemeStart)?.[1]?.toLowerCase();
    if (scheme === undefined) return undefined;
    const parameters = new Map<string, string>();
    challenges.push({ scheme, parameters });
    for (let first = true; ; first = false) {
      const found = take(parameter) ?? (first ? take(token68) : null);
      if (found === null) break;
      const [, name, plain, quoted] = found;
      if (name !== undefined && !parameters.has(name.toLowerCase())) {
        parameters.set(name.toLowerCase(), plain ?? quoted?.replace(/\\(.)/g, '$1') ?? '');
      }
      take(separators);
    }
    take(separators);
  }
  return challenges;
}

function webAddress(address: string | undefined): URL | undefined {
  const url = addressOf(address);
  return url !== undefined && /^https?:$/.test(url.protocol) ? url : undefined;
}
