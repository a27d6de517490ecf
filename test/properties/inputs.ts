import fc from 'fast-check';

/** Texts of these characters, each of one code unit. */
export function textOf(alphabet: string, minLength = 1, maxLength = 8): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), minLength, maxLength });
}

/** Characters that mean something to a header, a URL, JSON or a user's screen, and some that mean nothing. */
const telling = [
  ...Array.from(' \t",=;\\\'<>()[]{}/?#@:%&+*!|~^`.-_aAzZ09'),
  ...['\u0000', '\n', '\r', '\u007f', '\u0085', '\u00a0', '\u00e9', '\u202e', '\u200b', '\ud83d\ude00'],
];

export const anyText = fc.string({ unit: fc.constantFrom(...telling), maxLength: 40 });

export const longText = fc.oneof(
  anyText,
  fc.tuple(anyText, fc.integer({ min: 1, max: 2000 })).map(([text, times]) => text.slice(0, 3).repeat(times)),
);

/** What a JSON document may hold where something else is expected. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 1e300, '', [], {}),
  anyText,
  fc.array(fc.oneof(anyText, fc.constant(null), fc.integer()), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('a', '__proto__', 'toString'), anyText, { maxKeys: 2 }),
);

/** Mostly what is given, at times anything. */
export function mostly(usual: fc.Arbitrary<unknown>, weight = 6): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: usual, weight }, { arbitrary: anyJson, weight: 1 });
}

/** A member that may be absent. */
export function perhaps(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: value, weight: 4 }, { arbitrary: fc.constant(undefined), weight: 1 });
}

const segments = fc.array(fc.constantFrom('a', 'b', 'ab', 'A', '', '.', '..', '%2e%2e', 'a%2Fb', 'é'), {
  maxLength: 4,
});

const hosts = [
  ...['a.example', 'A.EXAMPLE', 'a.example.', 'a.example:443', 'a.example:8443', 'b.example'],
  ...['user@a.example', 'a.example@b.example', 'a.example\\@b.example', 'a.example#.b.example'],
  ...['127.0.0.1', '127.1', '2130706433', 'localhost', '10.0.0.1', '169.254.169.254', '192.168.0.1'],
  ...['[::1]', '[::ffff:10.0.0.1]', '[fd00::1]', '[2001:db8::1]', ''],
];

/** Addresses near each other: one origin, its paths, its twins, and what must never be asked. */
export const addresses = fc
  .tuple(
    fc.oneof(
      { arbitrary: fc.constant('https://a.example'), weight: 6 },
      {
        arbitrary: fc
          .tuple(
            fc.constantFrom('https://', 'http://', 'HTTPS://', 'ftp://', 'javascript:', 'data:', '//', ''),
            fc.constantFrom(...hosts),
          )
          .map(([scheme, host]) => scheme + host),
        weight: 4,
      },
    ),
    segments,
    fc.oneof({ arbitrary: fc.constant(''), weight: 6 }, fc.constantFrom('?q=1', '?q=2', '?', '#', '#x', ' ')),
  )
  .map(([origin, path, end]) => origin + path.map((segment) => `/${segment}`).join('') + end);
