/** A secret to search for, with its name in reports. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** Bytes that reveal a secret, and the form they are in. */
export interface SecretPattern {
  readonly secret: string;
  readonly form: string;
  readonly bytes: Buffer;
}

/** Shorter matches of a random secret can be coincidental. */
export const FRAGMENT_LENGTH = 12;

const everyBytePercent = 'percent-encoded in every byte';

/**
 * Returns the pieces of a secret to search for, in every form it could be stored in. Databases split long
 * values over pages and blocks, so pieces are needed: of a value split once, the first or the last piece is
 * intact.
 *
 * @throws RangeError for a value too short to be distinctive
 */
export function secretPatterns({ name, value }: Secret): SecretPattern[] {
  if (value.length < 2 * FRAGMENT_LENGTH)
    throw new RangeError(`${name} is too short to look for: ${value.length} characters`);
  const patterns = new Map<string, SecretPattern>();
  const add = (form: string, text: string, encoding: BufferEncoding = 'utf8') => {
    // If every byte is written as three characters, a fragment of the usual length would contain too little
    // of the secret.
    const length = form.startsWith(everyBytePercent) ? 3 * FRAGMENT_LENGTH : FRAGMENT_LENGTH;
    for (const fragment of fragments(text, length)) {
      const bytes = Buffer.from(fragment, encoding);
      const key = bytes.toString('latin1');
      if (!patterns.has(key)) patterns.set(key, { secret: name, form, bytes });
    }
  };
  const telling = tellingPart(value);
  const written: [string, string][] = [
    ['plain', telling],
    ['JSON', JSON.stringify(telling).slice(1, -1)],
    ['percent-encoded', encodeURIComponent(telling)],
    [everyBytePercent, everyByte(telling, '%', 'upper')],
    [everyBytePercent, everyByte(telling, '%', 'lower')],
    ['percent-encoded twice', encodeURIComponent(encodeURIComponent(telling))],
    ['hex', everyByte(telling, '', 'lower')],
    ['hex', everyByte(telling, '', 'upper')],
  ];
  for (const [encoding, bytes] of [
    ['UTF-8', Buffer.from(telling, 'utf8')],
    ['UTF-16', Buffer.from(telling, 'utf16le')],
  ] as const) {
    for (const core of base64Cores(bytes, 'base64')) written.push([`base64 of ${encoding}`, core]);
    for (const core of base64Cores(bytes, 'base64url')) written.push([`base64url of ${encoding}`, core]);
  }
  for (const [form, text] of written) {
    add(`${form}, UTF-8`, text);
    add(`${form}, UTF-16`, text, 'utf16le');
  }
  return [...patterns.values()];
}

/**
 * Returns the signature of a JWT, because its header and much of its payload are the same in tokens that
 * are not secret.
 */
function tellingPart(value: string): string {
  const signature = /^eyJ[\w-]*\.eyJ[\w-]*\.([\w-]+)$/.exec(value)?.[1];
  return signature !== undefined && signature.length >= 2 * FRAGMENT_LENGTH ? signature : value;
}

function fragments(text: string, length: number): string[] {
  const found: string[] = [];
  for (let start = 0; start + length <= text.length; start += length) {
    found.push(text.slice(start, start + length));
  }
  found.push(text.slice(-length));
  return found;
}

/**
 * Returns the base64 forms of the bytes at any position in a longer text. A character has six bits, so
 * there are three alignments. Characters at the ends that also depend on neighbours are omitted.
 */
function base64Cores(bytes: Buffer, encoding: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString(encoding)
      .replace(/=+$/, '');
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor(((before + bytes.length) * 8) / 6);
    return encoded.slice(first, last);
  });
}

function everyByte(text: string, prefix: string, letters: 'upper' | 'lower'): string {
  const hex = Array.from(
    Buffer.from(text, 'utf8'),
    (byte) => prefix + byte.toString(16).padStart(2, '0'),
  ).join('');
  return letters === 'upper' ? hex.toUpperCase() : hex;
}
