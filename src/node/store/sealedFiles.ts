import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock, Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { SharedRecord, SharedRecords } from '../../base/storage.js';
import { removeAbandoned, removeUnused, isCode, writeAtomically } from '../files/atomicFile.js';
import { DirectoryWatch } from '../files/directoryWatch.js';
import type { SealingKey, SealingKeySource } from './sealingKey.js';

interface SealedFile {
  readonly version: number;
  readonly generation: number;
  /** The AES-GCM nonce in base64. */
  readonly nonce: string;
  /** The ciphertext and the tag in base64. */
  readonly sealed: string;
}

/**
 * Records in files that every window reads for each access. They are encrypted with AES-256-GCM and named
 * after the encrypting key, so that the files of two clients on one machine are separate. A file is replaced
 * by renaming, so that a reader sees either the old or the new one, never a part.
 */
export class SealedFiles implements SharedRecords {
  /** @param directory the absolute path; created when it is first needed */
  constructor(
    private readonly directory: string,
    private readonly keySource: SealingKeySource,
    private readonly log: Log,
    private readonly clock: Clock,
  ) {}

  async read(name: string): Promise<SharedRecord | undefined> {
    const sealing = await this.keySource.existing();
    if (sealing === undefined) return undefined;
    const file = await this.#readFile(sealing, name);
    if (file === undefined) return undefined;
    try {
      const opened = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: decode(file.nonce), additionalData: boundTo(name, file.generation) },
        sealing.key,
        decode(file.sealed),
      );
      return { generation: file.generation, text: new TextDecoder().decode(opened) };
    } catch {
      this.#reportDamage();
      return undefined;
    }
  }

  async generation(name: string): Promise<number | undefined> {
    const sealing = await this.keySource.existing();
    return sealing && (await this.#readFile(sealing, name))?.generation;
  }

  async write(name: string, { generation, text }: SharedRecord): Promise<void> {
    const sealing = await this.keySource.obtain();
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv: nonce, additionalData: boundTo(name, generation) },
      sealing.key,
      new TextEncoder().encode(text),
    );
    const file: SealedFile = { version: 1, generation, nonce: encode(nonce), sealed: encode(sealed) };
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await removeAbandoned(this.directory);
    await removeUnused(this.directory, (other) => !other.startsWith(sealing.id));
    await writeAtomically(this.#path(sealing, name), JSON.stringify(file));
  }

  onDidChange(listener: () => void): Disposable {
    const state = async () => {
      const files = (await readdir(this.directory).catch(() => [])).sort();
      const times = files.map((name) => stat(path.join(this.directory, name)).then(({ mtimeMs }) => mtimeMs));
      return JSON.stringify([files, await Promise.all(times)]);
    };
    return new DirectoryWatch(this.directory, this.clock, state, listener);
  }

  async #readFile(sealing: SealingKey, name: string): Promise<SealedFile | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path(sealing, name), 'utf8');
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined;
      throw error;
    }
    try {
      const file = JSON.parse(text) as SealedFile;
      if (file.version === 1 && Number.isSafeInteger(file.generation)) return file;
    } catch {
      // This is reported below, like a file of another version.
    }
    this.#reportDamage();
    return undefined;
  }

  #reportDamage(): void {
    this.log.warn('An encrypted file in the extension’s storage is damaged and was ignored.');
  }

  /** Names are addresses, which are not valid file names, so they are hashed. */
  #path(sealing: SealingKey, name: string): string {
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
    return path.join(this.directory, `${sealing.id}-${hash}.json`);
  }
}

/**
 * Binds a file to its name and generation: if it is copied over another one, or its generation is altered, it
 * cannot be decrypted.
 */
function boundTo(name: string, generation: number): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${generation} ${name}`);
}

function encode(bytes: Uint8Array | ArrayBuffer): string {
  return Buffer.from(bytes as Uint8Array).toString('base64');
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
