/** The commands that take what belongs into no setting, by what it is and whose. */
const commands = {
  server: { secret: 'Set Client Secret…', key: 'Set Client Key…', token: 'Sign In…' },
  identityProvider: {
    secret: 'Set Client Secret…',
    key: 'Set Client Secret…',
    token: 'Sign In to Identity Provider…',
  },
} as const;

/**
 * Words of a name that ask for a secret, alone or at the end of another as in `authtoken`; which of them comes first
 * decides where several are there.
 */
const asking: readonly (readonly [kind: 'secret' | 'key' | 'token', words: ReadonlySet<string>])[] = [
  ['key', new Set(['privatekey', 'clientkey', 'private', 'jwk', 'jwks', 'pem', 'pkcs8'])],
  ['secret', new Set(['secret', 'clientsecret', 'password', 'passwd', 'pwd', 'passphrase', 'credentials'])],
  ['token', new Set(['token', 'tokens', 'accesstoken', 'refreshtoken', 'bearer', 'cookie', 'apikey', 'api'])],
  ['key', new Set(['key', 'keys', 'assertion'])],
];
/** Of these, the broker's own are spent in a sign-in; nobody is to bring others. */
const codes = new Set(['code', 'codeverifier', 'authorizationcode', 'authcode', 'devicecode']);
const isPublic = new Set(['public', 'publickey']);
/** What stands last in a name that is about a secret and asks for none, such as `token_endpoint`. */
const about = new Set([
  ...['endpoint', 'url', 'uri', 'method', 'methods', 'type', 'types', 'format', 'binding', 'id', 'file'],
  ...['alg', 'algorithm', 'algorithms', 'supported', 'lifetime', 'expires', 'expiry', 'api'],
]);

/**
 * What is wrong with a field of the settings whose name asks for a secret, and the command that takes it.
 *
 * @param of whose entry it stands in
 * @returns undefined if its name asks for none
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
