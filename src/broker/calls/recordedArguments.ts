/** Enough to recognize a call by, in characters. */
const longest = 2_000;
/** Deeper than any tool's arguments have a reason to be. */
const deepest = 30;
const gone = '[redacted]';

/** Names under which secrets are passed, in any spelling: `apiKey`, `X-API-Key`, `client_secret`. */
const secretName =
  /^(.*(password|passwd|passphrase|secret|credential|token|authorization|cookie|privatekey|apikey|accesskey|bearer|assertion)s?|code|codeverifier|otp|pin|pwd|auth|signature)$/;

/** What keys and tokens look like, wherever they stand. */
const secretShapes: readonly RegExp[] = [
  // A signed or encrypted token (RFC 7519): parts of base64url, the first of them a JSON object.
  /\beyJ[\w-]{6,}(?:\.[\w-]*){1,4}/g,
  // RFC 9110 §11.4, RFC 6750 §2.1, RFC 9449 §7.1.
  /\b(?:Bearer|Basic|DPoP)\s+[\w\-.~+/]{8,}=*/gi,
  /-----BEGIN [^-]*PRIVATE KEY-----[\s\S]*?(?:-----END [^-]*PRIVATE KEY-----|$)/g,
  // User information in an address (RFC 3986 §3.2.1).
  /\b[a-z][a-z\d+.-]*:\/\/[^/\s@]*@/gi,
  // The marks that well-known services begin their keys with.
  /\b(?:gh[opsru]_|github_pat_|glpat-|xox[a-z]-|xapp-|sk-|pk_live_|sk_live_|rk_live_|AKIA|ASIA|AIza|ya29\.|npm_|lin_api_|secret_|ntn_)[\w-]{10,}/g,
];

/**
 * The arguments of a call as the record keeps them: JSON, cut to length, with nothing in it that is named or
 * looks like a secret. What is known to be one is removed by whoever knows it.
 *
 * @param without removes known secrets from a text; asked before anything is cut in two
 */
export function recordedArguments(value: unknown, without: (text: string) => string): string {
  const json = JSON.stringify(withoutSecretValues(value, 0, (text) => withoutSecretShapes(without(text))));
  return json.length > longest ? `${json.slice(0, longest)}…` : json;
}

/** A text without what looks like a key or a token. */
export function withoutSecretShapes(text: string): string {
  return secretShapes.reduce((kept, shape) => kept.replace(shape, gone), text);
}

function withoutSecretValues(value: unknown, depth: number, without: (text: string) => string): unknown {
  if (typeof value === 'string') return without(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '…';
  if (Array.isArray(value)) return value.map((item) => withoutSecretValues(item, depth + 1, without));
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [
      without(name),
      isSecretName(name) ? gone : withoutSecretValues(held, depth + 1, without),
    ]),
  );
}

function isSecretName(name: string): boolean {
  return secretName.test(name.toLowerCase().replace(/[^a-z]/g, ''));
}
