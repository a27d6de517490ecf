import {
  brotliDecompressSync,
  constants,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
  type ZlibOptions,
} from 'node:zlib';
import { isTable, logContent, tableContent } from './levelDb.js';
import { unsnap } from './snappy.js';

/** Content that is not visible in the raw bytes. */
export interface HiddenContent {
  readonly container: string;
  readonly bytes: Buffer;
}

const MAX_OUTPUT_BYTES = 128 << 20;
const ZLIB: ZlibOptions = { maxOutputLength: MAX_OUTPUT_BYTES, finishFlush: constants.Z_SYNC_FLUSH };

/** Yields everything that can be decoded from the bytes of a file, one level deep. */
export function* hiddenContent(bytes: Buffer): Generator<HiddenContent> {
  yield* embedded(bytes, 'gzip', Buffer.from([0x1f, 0x8b, 0x08]), gunzipMember);
  for (const level of [0x01, 0x5e, 0x9c, 0xda]) {
    yield* embedded(bytes, 'zlib', Buffer.from([0x78, level]), (rest) => inflateSync(rest, ZLIB));
  }
  yield* embedded(bytes, 'zip', Buffer.from('PK\x03\x04', 'latin1'), unzipMember);
  yield* embedded(bytes, 'zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), (rest) =>
    zstdDecompressSync(rest, { maxOutputLength: MAX_OUTPUT_BYTES }),
  );
  yield* brotli(bytes);
  yield* embedded(bytes, 'IndexedDB Snappy', Buffer.from([0xff, 0x11, 0x02]), (rest) =>
    unsnap(rest.subarray(3)),
  );
  if (isTable(bytes)) yield { container: 'LevelDB table', bytes: tableContent(bytes) };
  const log = logContent(bytes);
  if (log) yield { container: 'LevelDB log', bytes: log };
}

/** Decodes at every occurrence of the format's first bytes. At a coincidental one, decoding fails. */
function* embedded(
  bytes: Buffer,
  container: string,
  magic: Buffer,
  decode: (rest: Buffer) => Buffer | undefined,
): Generator<HiddenContent> {
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    const decoded = attempt(() => decode(bytes.subarray(at)));
    if (decoded && decoded.length > 0) yield { container, bytes: decoded };
  }
}

/** `gunzipSync` fails here, because it interprets the following bytes as another member. RFC 1952 §2.3. */
function gunzipMember(rest: Buffer): Buffer {
  const flags = rest[3] ?? 0;
  let at = 10;
  if (flags & 4) at += 2 + rest.readUInt16LE(at);
  for (const named of [8, 16]) if (flags & named) at = rest.indexOf(0, at) + 1;
  if (flags & 2) at += 2;
  return inflateRawSync(rest.subarray(at), ZLIB);
}

/**
 * A member's data follows its name and extra field. If its length follows the data, the stream marks its
 * own end.
 */
function unzipMember(rest: Buffer): Buffer | undefined {
  if (rest.length < 30 || rest.readUInt16LE(8) !== 8) return undefined;
  return inflateRawSync(rest.subarray(30 + rest.readUInt16LE(26) + rest.readUInt16LE(28)), ZLIB);
}

/** First bytes of an entry of Chromium's simple cache. Header, key and the body as sent follow. */
const SIMPLE_CACHE_MAGIC = Buffer.from('305c72a71b6dfbfc', 'hex');
const SIMPLE_CACHE_HEADER_BYTES = 24;
/** Small bodies start at such boundaries in the block files of Chromium's other cache. */
const BLOCK_FILE_MAGIC = Buffer.from([0xc3, 0xca, 0x04, 0xc1]);
const BLOCK_FILE_STEP = 256;

/** Brotli has no magic bytes, so it is tried wherever a body can start. */
function* brotli(bytes: Buffer): Generator<HiddenContent> {
  const starts = [0];
  if (bytes.subarray(0, 8).equals(SIMPLE_CACHE_MAGIC) && bytes.length > SIMPLE_CACHE_HEADER_BYTES) {
    starts.push(SIMPLE_CACHE_HEADER_BYTES + bytes.readUInt32LE(12));
  } else if (bytes.subarray(0, 4).equals(BLOCK_FILE_MAGIC)) {
    for (let at = 8192; at < bytes.length; at += BLOCK_FILE_STEP) starts.push(at);
  }
  const options = { maxOutputLength: MAX_OUTPUT_BYTES, finishFlush: constants.BROTLI_OPERATION_FLUSH };
  for (const start of starts) {
    const decoded = attempt(() => brotliDecompressSync(bytes.subarray(start), options));
    if (decoded && decoded.length > 0) yield { container: 'brotli', bytes: decoded };
  }
}

function attempt(decode: () => Buffer | undefined): Buffer | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
