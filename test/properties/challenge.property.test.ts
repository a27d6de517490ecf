import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as oauth from 'oauth4webapi';
import { bearerChallengeOf, parseChallenges } from '../../src/oauth/wwwAuthenticateChallenge.js';
import { cases } from './cases.js';
import { holdsFor } from './holdsFor.js';
import { textOf } from './inputs.js';
import { assertScopes, assertShowable } from './oracles.js';

const alphanumeric = 'abcxyzABCXYZ0189';

// RFC 9110 §5.6.2, §5.6.4, §11.2
const token = textOf(`${alphanumeric}!#$%&'*+-.^_\`|~`);
const token68 = fc.tuple(textOf(`${alphanumeric}-._~+/`), textOf('=', 0, 2)).map((parts) => parts.join(''));
const quotedText = textOf(`${alphanumeric}\t ,="\\;!é\u0080ÿ`, 0, 16);
const space = textOf(' \t', 0, 2);

const parameter = fc.record({
  name: token,
  value: fc.oneof(
    token.map((value) => ({ value, printed: value })),
    // The pairs that must be, and one that may (RFC 9110 §5.6.4).
    quotedText.map((value) => ({ value, printed: `"${value.replace(/["\\;]/g, '\\$&')}"` })),
  ),
  around: fc.tuple(space, space),
});
const challenge = fc.record({
  scheme: fc.oneof(fc.constantFrom('Bearer', 'bearer', 'BEARER', 'Basic', 'DPoP'), token),
  credentials: fc.oneof(token68, fc.array(parameter, { maxLength: 4 })),
});
type Challenge = typeof challenge extends fc.Arbitrary<infer T> ? T : never;

/** RFC 9110 §11.6.1, with the empty list elements a recipient must take (§5.6.1.2). */
const header = fc
  .array(fc.tuple(challenge, fc.constantFrom(', ', ',', ' ,\t', ', ,,')), { minLength: 1, maxLength: 4 })
  .map((list) => ({
    challenges: list.map(([one]) => one),
    printed: list
      .map(([one, separator], index) => (index === 0 ? '' : separator) + print(one, separator))
      .join(''),
  }));

function print({ scheme, credentials }: Challenge, separator: string): string {
  if (typeof credentials === 'string') return `${scheme} ${credentials}`;
  const parameters = credentials.map(({ name, value, around }) => name + around.join('=') + value.printed);
  return parameters.length === 0 ? scheme : `${scheme} ${parameters.join(separator)}`;
}

/** What RFC 9110 says a recipient has read: names in any case, and of a repeated one the first. */
function meaning({ scheme, credentials }: Challenge) {
  const parameters = new Map<string, string>();
  for (const { name, value } of typeof credentials === 'string' ? [] : credentials) {
    const known = name.toLowerCase();
    if (!parameters.has(known)) parameters.set(known, value.value);
  }
  return { scheme: scheme.toLowerCase(), parameters };
}

const pieces = [
  ...['Bearer', 'bearer ', 'Basic', ' ', ',', '=', '"', '\\', '\t', 'a', 'realm=', 'error="', '==', '\u0000'],
  ...[
    'scope="',
    'resource_metadata="',
    'https://a.example/m',
    'javascript:alert(1)',
    '\u00ad',
    '\u0085',
    'é',
  ],
];
const anyHeader = fc
  .array(fc.oneof(fc.constantFrom(...pieces), textOf('"\\=, ', 1, 400)), { maxLength: 30 })
  .map((parts) => parts.join(''));

describe('any WWW-Authenticate header', () => {
  holdsFor(cases.challengeRoundTrip, 'that conforms is read as it was meant', header, (given) => {
    assert.deepEqual(parseChallenges(given.printed), given.challenges.map(meaning));
  });

  holdsFor(cases.challengeOfAnything, 'says nothing that could not be used', anyHeader, (value) => {
    const headers = { get: () => value } as unknown as Headers;
    const read = bearerChallengeOf({ status: 401, headers });
    assertScopes(read?.scopes ?? []);
    for (const words of [read?.error, read?.errorDescription, read?.realm]) assertShowable(words);
    if (read?.resourceMetadata !== undefined) assert.match(read.resourceMetadata.protocol, /^https?:$/);
  });

  const onTheWire = anyHeader.map((value) => value.replaceAll('\u0000', '').trim());
  holdsFor(cases.challengeAsTheLibrary, 'means what the library takes it for', onTheWire, async (value) => {
    const ours = parseChallenges(value)?.map(({ scheme, parameters }) => ({
      scheme,
      parameters: Object.fromEntries(parameters),
    }));
    const theirs = await libraryChallenges(value);
    // It knows no empty list elements, which a recipient must take (RFC 9110 §5.6.1.2).
    if (theirs !== undefined) assert.deepEqual(ours, theirs);
  });
});

async function libraryChallenges(value: string) {
  const response = new Response(null, { status: 401, headers: { 'www-authenticate': value } });
  try {
    await oauth.processRevocationResponse(response);
  } catch (error) {
    if (!(error instanceof oauth.WWWAuthenticateChallengeError)) return undefined;
    return error.cause.map(({ scheme, parameters }) => ({ scheme, parameters: { ...parameters } }));
  }
  return undefined;
}
