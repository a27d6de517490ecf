import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Lock, SecretStore } from '../../base/storage.js';
import { isCode, writeAtomically } from '../files/atomicFile.js';

/** The length of an AES-256 key, in bytes. */
const KEY_LENGTH = 32;
const SECRET_NAME = 'sealing key';

/** The key that encrypts files, and the ID from which their names are derived. */
export interface SealingKey {
  /** Identifies the key without revealing anything about it. */
  readonly id: string;
  readonly key: CryptoKey;
}

/** The storage of the key for encrypted files. */
export interface SealingKeySource {
  /** @returns undefined if there is no key yet, in which case there is no encrypted file either */
  existing(): Promise<SealingKey | undefined>;
  /** Returns the key, and creates it if necessary. */
  obtain(): Promise<SealingKey>;
}

/**
 * The key of one client of the editor, in its secret storage: two clients on one machine have different keys.
 */
export class ClientSealingKey implements SealingKeySource {
  #known: Promise<SealingKey> | undefined;

  constructor(
    private readonly secrets: SecretStore,
    private readonly lock: Lock,
  ) {
    // This subscription lasts as long as the store: whichever window creates the key last, all windows then
    // use that key.
    secrets.onDidChange((name) => {
      if (name === SECRET_NAME) this.#known = undefined;
    });
  }

  async existing(): Promise<SealingKey | undefined> {
    if (this.#known !== undefined) return this.#known;
    const text = await this.secrets.get(SECRET_NAME);
    return text === undefined ? undefined : this.#remember(text);
  }

  async obtain(): Promise<SealingKey> {
    const known = await this.existing();
    if (known !== undefined) return known;
    // If several processes start at once, only one of them creates the key.
    return this.lock.hold(SECRET_NAME, async () => {
      const made = await this.existing();
      if (made !== undefined) return made;
      const text = randomBytes(KEY_LENGTH).toString('base64');
      await this.secrets.set(SECRET_NAME, text);
      return this.#remember(text);
    });
  }

  #remember(text: string): Promise<SealingKey> {
    this.#known = sealingKeyFrom(text);
    return this.#known;
  }
}

/**
 * The key of this machine, in a file that only its owner can read. It encrypts data that belongs to the
 * machine and not to one client of the editor, such as the agents that may call here.
 */
export class HostSealingKey implements SealingKeySource {
  #known: Promise<SealingKey> | undefined;
  #hostId: Promise<string> | undefined;

  /** @param file the absolute path; created with its directory when a key is first needed */
  constructor(
    private readonly file: string,
    private readonly lock: Lock,
  ) {}

  existing(): Promise<SealingKey | undefined> {
    return this.#known ?? this.#read();
  }

  async obtain(): Promise<SealingKey> {
    const known = await this.existing();
    if (known !== undefined) return known;
    return this.lock.hold('host key', async () => (await this.#read()) ?? this.#make());
  }

  /**
   * Returns an ID that distinguishes this machine from others, even from one with the same name, such as a
   * rebuilt container. If the key cannot be stored, the ID lasts as long as this process.
   */
  hostId(): Promise<string> {
    this.#hostId ??= this.obtain().then(
      ({ id }) => id,
      () => randomUUID(),
    );
    return this.#hostId;
  }

  async #read(): Promise<SealingKey | undefined> {
    try {
      const text = await readFile(this.file, 'utf8');
      if (Buffer.from(text, 'base64').length !== KEY_LENGTH) return undefined;
      this.#known = sealingKeyFrom(text);
      return await this.#known;
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async #make(): Promise<SealingKey> {
    await mkdir(path.dirname(this.file), { recursive: true, mode: 0o700 });
    const text = randomBytes(KEY_LENGTH).toString('base64');
    await writeAtomically(this.file, text, { flush: true });
    this.#known = sealingKeyFrom(text);
    return this.#known;
  }
}

async function sealingKeyFrom(text: string): Promise<SealingKey> {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  const id = createHash('sha256').update('sealing key id ').update(bytes).digest('hex').slice(0, 16);
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
  return { id, key };
}
