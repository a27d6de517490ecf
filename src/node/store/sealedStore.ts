import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Disposable } from '../../base/clock.js';
import type { Lock, SecretStore } from '../../base/storage.js';
import { removeAbandoned, isCode, writeAtomically } from '../files/atomicFile.js';

/** The file exists but cannot be decrypted; it is not changed. */
export class SealedStoreUnreadable extends Error {
  override readonly name = 'SealedStoreUnreadable';
  constructor(
    readonly why: 'damaged' | 'anotherKey',
    readonly file: string,
  ) {
    super(
      why === 'anotherKey'
        ? `${file} was encrypted with another key. It was not changed.`
        : `${file} is damaged or was modified and cannot be opened. It was not changed.`,
    );
  }
}

interface SealedFile {
  readonly version: 1;
  /** Distinguishes a wrong key from a damaged file, without revealing anything about the key. */
  readonly keyId: string;
  /** The AES-GCM nonce in base64. */
  readonly nonce: string;
  /** The ciphertext and the tag in base64. */
  readonly sealed: string;
}

/**
 * Stores secrets in one file, encrypted with AES-256-GCM, for every process that has the key. Only one
 * process at a time replaces the file, by renaming. A file that cannot be decrypted is never overwritten.
 */
export class SealedStore implements SecretStore {
  readonly #keyId: string;
  readonly #key: Promise<CryptoKey>;
  readonly #listeners = new Set<(key: string) => void>();

  /**
   * @param file the absolute path; created with its directory when it is first needed
   * @param key 32 bytes
   */
  constructor(
    private readonly file: string,
    key: Uint8Array<ArrayBuffer>,
    private readonly lock: Lock,
  ) {
    this.#keyId = createHash('sha256').update('sealed store key ').update(key).digest('hex').slice(0, 16);
    this.#key = crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']);
  }

  /** @throws SealedStoreUnreadable if the file cannot be decrypted */
  async get(key: string): Promise<string | undefined> {
    return (await this.#read()).get(key);
  }

  /** @throws SealedStoreUnreadable if the file cannot be decrypted */
  set(key: string, value: string): Promise<void> {
    return this.#change(key, (secrets) => secrets.set(key, value));
  }

  /** @throws SealedStoreUnreadable if the file cannot be decrypted */
  delete(key: string): Promise<void> {
    return this.#change(key, (secrets) => secrets.delete(key));
  }

  /**
   * Reports the changes of this process; the shared records next to this file report those of other
   * processes.
   */
  onDidChange(listener: (key: string) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  async #change(key: string, change: (secrets: Map<string, string>) => unknown): Promise<void> {
    await this.lock.hold('sealed store', async () => {
      const secrets = await this.#read();
      change(secrets);
      await this.#write(secrets);
    });
    for (const listener of this.#listeners) listener(key);
  }

  async #read(): Promise<Map<string, string>> {
    let text: string;
    try {
      text = await readFile(this.file, 'utf8');
    } catch (error) {
      if (isCode(error, 'ENOENT')) return new Map();
      throw error;
    }
    const { keyId, nonce, sealed } = this.#parse(text);
    if (keyId !== this.#keyId) throw new SealedStoreUnreadable('anotherKey', this.file);
    try {
      const algorithm = { name: 'AES-GCM', iv: decode(nonce), additionalData: boundTo(keyId) };
      const opened = await crypto.subtle.decrypt(algorithm, await this.#key, decode(sealed));
      return new Map(JSON.parse(new TextDecoder().decode(opened)) as [string, string][]);
    } catch {
      throw new SealedStoreUnreadable('damaged', this.file);
    }
  }

  #parse(text: string): SealedFile {
    try {
      const file = JSON.parse(text) as Partial<SealedFile> | null;
      const texts = [file?.keyId, file?.nonce, file?.sealed];
      if (file?.version === 1 && texts.every((field) => typeof field === 'string')) return file as SealedFile;
    } catch {
      // This is reported below, like a file of another version.
    }
    throw new SealedStoreUnreadable('damaged', this.file);
  }

  async #write(secrets: ReadonlyMap<string, string>): Promise<void> {
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv: nonce, additionalData: boundTo(this.#keyId) },
      await this.#key,
      new TextEncoder().encode(JSON.stringify([...secrets])),
    );
    const file: SealedFile = {
      version: 1,
      keyId: this.#keyId,
      nonce: encode(nonce),
      sealed: encode(new Uint8Array(sealed)),
    };
    const directory = path.dirname(this.file);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await removeAbandoned(directory);
    await writeAtomically(this.file, JSON.stringify(file), { flush: true });
  }
}

function boundTo(keyId: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`sealed store 1 ${keyId}`);
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
