import { readVarint, unsnap } from './snappy.js';

/** The last eight bytes of a table file. */
const TABLE_MAGIC = Buffer.from('57fb808b247547db', 'hex');
const FOOTER_BYTES = 48;
/** A block is followed by its compression and its checksum. */
const BLOCK_TRAILER_BYTES = 5;
const LOG_BLOCK_BYTES = 32_768;
const LOG_HEADER_BYTES = 7;

interface BlockHandle {
  readonly offset: number;
  readonly size: number;
}

export function isTable(file: Buffer): boolean {
  return file.length >= FOOTER_BYTES && file.subarray(-TABLE_MAGIC.length).equals(TABLE_MAGIC);
}

/**
 * Returns the keys and values of a table file (.ldb, .sst): its blocks are compressed, and a key is stored
 * as its difference from the previous one.
 *
 * @see https://github.com/google/leveldb/blob/main/doc/table_format.md
 */
export function tableContent(file: Buffer): Buffer {
  const footer = file.subarray(-FOOTER_BYTES);
  const metaIndex = readHandle(footer, 0);
  const index = metaIndex && readHandle(footer, metaIndex.end);
  if (!index) return Buffer.alloc(0);
  const parts: Buffer[] = [];
  for (const entry of entries(readBlock(file, index.handle))) {
    const data = readHandle(entry.value, 0);
    if (!data) continue;
    for (const { key, value } of entries(readBlock(file, data.handle)))
      parts.push(key, SEPARATOR, value, SEPARATOR);
  }
  return Buffer.concat(parts);
}

const SEPARATOR = Buffer.from([0]);

function readHandle(bytes: Buffer, at: number): { handle: BlockHandle; end: number } | undefined {
  const offset = readVarint(bytes, at);
  const size = offset && readVarint(bytes, offset.end);
  return size && { handle: { offset: offset.value, size: size.value }, end: size.end };
}

function readBlock(file: Buffer, { offset, size }: BlockHandle): Buffer {
  const stored = file.subarray(offset, offset + size);
  const trailer = file.subarray(offset + size, offset + size + BLOCK_TRAILER_BYTES);
  return trailer[0] === 1 ? (unsnap(stored) ?? Buffer.alloc(0)) : stored;
}

function* entries(block: Buffer): Generator<{ key: Buffer; value: Buffer }> {
  if (block.length < 4) return;
  const end = block.length - 4 * (block.readUInt32LE(block.length - 4) + 1);
  let key: Buffer = Buffer.alloc(0);
  for (let at = 0; at < end;) {
    const shared = readVarint(block, at);
    const unshared = shared && readVarint(block, shared.end);
    const length = unshared && readVarint(block, unshared.end);
    if (!length) return;
    const keyEnd = length.end + unshared.value;
    key = Buffer.concat([key.subarray(0, shared.value), block.subarray(length.end, keyEnd)]);
    at = keyEnd + length.value;
    yield { key, value: block.subarray(keyEnd, at) };
  }
}

/**
 * Returns the reassembled records of a write-ahead log (.log), which is divided into blocks of 32 KiB.
 *
 * @returns undefined if the file is not one
 * @see https://github.com/google/leveldb/blob/main/doc/log_format.md
 */
export function logContent(file: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let start = 0; start < file.length; start += LOG_BLOCK_BYTES) {
    const block = file.subarray(start, start + LOG_BLOCK_BYTES);
    for (let at = 0; at + LOG_HEADER_BYTES <= block.length;) {
      const length = block.readUInt16LE(at + 4);
      const type = block[at + 6] ?? 0;
      if (type === 0 && length === 0) break;
      if (type < 1 || type > 4 || at + LOG_HEADER_BYTES + length > block.length)
        return parts.length > 0 ? Buffer.concat(parts) : undefined;
      parts.push(block.subarray(at + LOG_HEADER_BYTES, at + LOG_HEADER_BYTES + length));
      at += LOG_HEADER_BYTES + length;
    }
  }
  return parts.length > 0 ? Buffer.concat(parts) : undefined;
}
