/** The commands that store a secret that belongs in no setting, by its kind and owner. */
const commands = {
  server: { secret: 'Set Client Secret…', key: 'Set Client Key…', token: 'Sign In…' },
  identityProvider: {
    secret: 'Set Client Secret…',
    key: 'Set Client Secret…',
    token: 'Sign In to Identity Provider…',
  },
} as const;

/**
 * Words in a name that suggest a secret, alone or at the end of another word as in `authtoken`. If a name has
 * several, the first in this order decides.
 */
const asking: readonly (readonly [kind: 'secret' | 'key' | 'token', words: ReadonlySet<string>])[] = [
  ['key', new Set(['privatekey', 'clientkey', 'private', 'jwk', 'jwks', 'pem', 'pkcs8'])],
  ['secret', new Set(['secret', 'clientsecret', 'password', 'passwd', 'pwd', 'passphrase', 'credentials'])],
  ['token', new Set(['token', 'tokens', 'accesstoken', 'refreshtoken', 'bearer', 'cookie', 'apikey', 'api'])],
  ['key', new Set(['key', 'keys', 'assertion'])],
];
/** The broker itself sends these in a sign-in, so a setting must not contain them. */
const codes = new Set(['code', 'codeverifier', 'authorizationcode', 'authcode', 'devicecode']);
const isPublic = new Set(['public', 'publickey']);
/** What stands last in a name that is about a secret and asks for none, such as `token_endpoint`. */
const about = new Set([
  ...['endpoint', 'url', 'uri', 'method', 'methods', 'type', 'types', 'format', 'binding', 'id', 'file'],
  ...['alg', 'algorithm', 'algorithms', 'supported', 'lifetime', 'expires', 'expiry', 'api'],
]);

/**
 * Describes the fault of a settings field whose name suggests a secret, and the command that stores it.
 *
 * @param of the owner of the entry
 * @returns undefined if the name suggests none
 */
export function secretFieldFault(field: string, of: keyof typeof commands): string | undefined {
  const kind = secretKind(field);
  if (kind === undefined) return undefined;
  return `Secrets do not belong in settings. Remove “${field}” and run “MCP OAuth: ${commands[of][kind]}”.`;
}

function secretKind(field: string): keyof (typeof commands)['server'] | undefined {
  const words = field
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  if (codes.has(words.join(''))) return 'token';
  if (about.has(words.at(-1) ?? '') || words.some((word) => isPublic.has(word))) return undefined;
  return asking.find(([, asks]) => words.some((word) => asksFor(word, asks)))?.[0];
}

function asksFor(word: string, asks: ReadonlySet<string>): boolean {
  const unnumbered = word.replace(/(?<!\d)\d+$/, '');
  return [...asks].some((asked) => word === asked || (asked !== 'api' && unnumbered.endsWith(asked)));
}
