/**
 * Decompresses Snappy's raw format, which LevelDB and IndexedDB use.
 *
 * @returns undefined if the bytes are not Snappy
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */
export function unsnap(input: Buffer, maxLength = 64 << 20): Buffer | undefined {
  const header = readVarint(input, 0);
  if (header === undefined || header.value > maxLength) return undefined;
  const output = Buffer.alloc(header.value);
  let from = header.end;
  let to = 0;
  while (from < input.length) {
    const tag = input[from] ?? 0;
    from += 1;
    if ((tag & 3) === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const bytes = length - 59;
        if (from + bytes > input.length) return undefined;
        length = input.readUIntLE(from, bytes);
        from += bytes;
      }
      length += 1;
      if (from + length > input.length || to + length > output.length) return undefined;
      input.copy(output, to, from, from + length);
      from += length;
      to += length;
      continue;
    }
    const copy = readCopy(input, from, tag);
    if (!copy || copy.offset === 0 || copy.offset > to || to + copy.length > output.length) return undefined;
    from += copy.bytes;
    // Byte by byte, because a copy may include bytes it has just written.
    for (let end = to + copy.length; to < end; to += 1) output[to] = output[to - copy.offset] ?? 0;
  }
  return to === output.length ? output : undefined;
}

function readCopy(
  input: Buffer,
  at: number,
  tag: number,
): { length: number; offset: number; bytes: number } | undefined {
  const bytes = [0, 1, 2, 4][tag & 3] ?? 0;
  if (at + bytes > input.length) return undefined;
  const low = input.readUIntLE(at, bytes);
  if (bytes === 1) return { length: ((tag >> 2) & 7) + 4, offset: ((tag >> 5) << 8) | low, bytes };
  return { length: (tag >> 2) + 1, offset: low, bytes };
}

/** Seven bits per byte, lowest first. */
export function readVarint(input: Buffer, at: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = input[at + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: at + index + 1 };
  }
  return undefined;
}
