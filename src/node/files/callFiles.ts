import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, Disposable } from '../../base/clock.js';
import type { CallChanges, CallStorage } from '../../broker/ports.js';
import { DirectoryWatch } from './directoryWatch.js';

/** The limits of the stored record: the newest calls are kept up to this number of calls and bytes. */
interface CallFileLimits {
  readonly calls: number;
  readonly bytes: number;
  /** A file of this size, in bytes, is followed by a new one; only complete files are removed. */
  readonly fileBytes: number;
}

const ordinaryLimits: CallFileLimits = { calls: 10_000, bytes: 16 * 2 ** 20, fileBytes: 512 * 2 ** 10 };
const newline = 0x0a;
const fileName = /^calls-(\d{13})-[\da-f]{8}\.jsonl$/;

/** The part of a file that has been read, in bytes. */
interface Reading {
  offset: number;
}

/**
 * The call record as JSON Lines, in files to which all windows and processes of a user append. Each line is
 * appended to the newest file in one write (`O_APPEND`), so that lines of several writers are never mixed. If
 * a writer ended during a write, the incomplete line is kept separate and does not affect other lines.
 */
export class CallFiles implements CallStorage {
  readonly #readings = new Map<string, Reading>();
  readonly #watches = new Set<Disposable>();
  #writing: Promise<void> = Promise.resolve();

  /** @param directory the absolute path; created when it is first needed */
  constructor(
    private readonly directory: string,
    private readonly clock: Clock,
    private readonly limits = ordinaryLimits,
  ) {}

  append(line: string): Promise<void> {
    const writing = this.#writing.then(() => this.#append(line));
    this.#writing = writing.catch(() => undefined);
    return writing;
  }

  async changes(): Promise<CallChanges> {
    const names = await this.#names();
    const present = new Set(names);
    const gone = [...this.#readings.keys()].filter((name) => !present.has(name));
    for (const name of gone) this.#readings.delete(name);
    const added: { part: string; lines: readonly string[] }[] = [];
    for (const name of names) {
      const lines = await this.#newLines(name);
      if (lines.length > 0) added.push({ part: name, lines });
    }
    return { added, gone };
  }

  async clear(): Promise<void> {
    await Promise.all((await this.#names()).map((name) => rm(this.#path(name), { force: true })));
  }

  watch(onChange: () => void): Disposable {
    const watch = new DirectoryWatch(this.directory, this.clock, () => this.#state(), onChange);
    this.#watches.add(watch);
    return watch;
  }

  dispose(): void {
    for (const watch of this.#watches) watch.dispose();
  }

  async #append(line: string): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const file = await open(this.#path(await this.#current()), 'a+', 0o600);
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      const isTorn = size > 0 && last[0] !== newline;
      await file.write(Buffer.from(`${isTorn ? '\n' : ''}${line}\n`));
    } finally {
      await file.close();
    }
  }

  /**
   * Returns the file to append to. Two writers that start a file at the same time create two files, both of
   * which are read.
   */
  async #current(): Promise<string> {
    const newest = (await this.#names()).at(-1);
    if (newest !== undefined && (await this.#size(newest)) < this.limits.fileBytes) return newest;
    if (newest !== undefined) await this.#prune();
    // Names are in order of age, even if the machine's clock is set back.
    const stamp = Math.max(Date.now(), Number(fileName.exec(newest ?? '')?.[1] ?? 0) + 1);
    return `calls-${String(stamp).padStart(13, '0')}-${randomBytes(4).toString('hex')}.jsonl`;
  }

  /** Removes the files that contain none of the newest calls. */
  async #prune(): Promise<void> {
    let calls = 0;
    let bytes = 0;
    for (const name of (await this.#names()).reverse()) {
      if (calls >= this.limits.calls || bytes >= this.limits.bytes) {
        await rm(this.#path(name), { force: true });
        continue;
      }
      const content = await this.#content(name);
      bytes += content.length;
      for (const byte of content) if (byte === newline) calls++;
    }
  }

  async #newLines(name: string): Promise<readonly string[]> {
    const reading = this.#readings.get(name) ?? { offset: 0 };
    this.#readings.set(name, reading);
    const fresh = await this.#content(name, reading.offset);
    // An incomplete line is read when it is complete.
    const end = fresh.lastIndexOf(newline) + 1;
    reading.offset += end;
    return fresh
      .toString('utf8', 0, end)
      .split('\n')
      .filter((line) => line !== '');
  }

  async #content(name: string, from = 0): Promise<Buffer> {
    try {
      if (from === 0) return await readFile(this.#path(name));
      const length = (await this.#size(name)) - from;
      if (length <= 0) return Buffer.alloc(0);
      const file = await open(this.#path(name));
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    } catch (error) {
      // Another window has cleared the record or removed the file.
      if (isMissing(error)) return Buffer.alloc(0);
      throw error;
    }
  }

  async #size(name: string): Promise<number> {
    return stat(this.#path(name)).then(
      ({ size }) => size,
      (error: unknown) => {
        if (isMissing(error)) return 0;
        throw error;
      },
    );
  }

  /** Returns the file names, oldest first. */
  async #names(): Promise<string[]> {
    try {
      return (await readdir(this.directory)).filter((name) => fileName.test(name)).sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** Returns a text that changes whenever the record changes. */
  async #state(): Promise<string> {
    const names = await this.#names();
    return (await Promise.all(names.map(async (name) => `${name} ${await this.#size(name)}`))).join('\n');
  }

  #path(name: string): string {
    return path.join(this.directory, name);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
