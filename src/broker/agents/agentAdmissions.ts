import { Redacted } from '../../base/redacted.js';
import {
  agentRecordOf,
  agentRecordText,
  isCurrent,
  type AdmittedServer,
  type AgentAdmission,
  type AgentRecord,
  type StoredAdmission,
} from './agentAdmission.js';
import { Emitter } from '../../base/event.js';
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { Lock, SharedRecords, SharedRecord } from '../../base/storage.js';

const recordName = 'agents';
/** Identifies the purpose of a key wherever it is found. */
const keyPrefix = 'mcpob_';
const keyPattern = /^mcpob_[\w-]{43}$/;

/** What a user decides when they admit an agent. */
export type NewAdmission = AdmissionLimits &
  // Given if files are named by it before the admission is made.
  Partial<AgentAdmission> & { readonly name: string };

/** What an agent is admitted to, and for how long. */
export interface AdmissionLimits {
  readonly servers: AgentAdmission['servers'];
  readonly expiresAt?: number;
}

/**
 * The agents that a user admitted, in a record of which every window sees the newest version. A key is shown once, when it
 * is made; the record can only verify it.
 */
export class AgentAdmissions {
  readonly #changed = new Emitter<undefined>();
  #known: AgentRecord | undefined;
  #reading: Promise<AgentRecord | undefined> | undefined;

  /** Fires when an admission was made, changed, or withdrawn, in this window or, after {@link newest}, in another one. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly records: SharedRecords,
    private readonly lock: Lock,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Every admission, those that have expired too. */
  async all(): Promise<readonly AgentAdmission[]> {
    return (await this.newest())?.agents.map(({ admission }) => admission) ?? [];
  }

  /** Those that count now. */
  async current(): Promise<readonly AgentAdmission[]> {
    return (await this.all()).filter((admission) => isCurrent(admission, this.clock.now()));
  }

  /** @returns the key, which is not to be had again */
  async admit(admission: NewAdmission): Promise<{ readonly agent: AgentAdmission; readonly key: Redacted }> {
    const { id = crypto.randomUUID() } = admission;
    const { stored, key } = await withNewKey({ ...admission, id, createdAt: this.clock.now(), keyId: '' });
    await this.#write((agents) => [...agents, stored]);
    return { agent: stored.admission, key };
  }

  /**
   * A new key in place of the old one, which stops working at once.
   *
   * @returns undefined if the agent is no longer admitted
   */
  async rotate(id: string): Promise<Redacted | undefined> {
    let fresh: Redacted | undefined;
    await this.#write(async (agents) => {
      const changed: StoredAdmission[] = [];
      for (const agent of agents) {
        if (agent.admission.id !== id) {
          changed.push(agent);
          continue;
        }
        const { stored, key } = await withNewKey(agent.admission);
        fresh = key;
        changed.push(stored);
      }
      return changed;
    });
    return fresh;
  }

  /**
   * A server has another name now. The addresses that agents were given hold the former one, so it is kept for those
   * that were admitted to this server.
   */
  async serverRenamed(serverUrl: string, formerName: string): Promise<void> {
    const isIts = ({ url }: AdmittedServer) => url === serverUrl;
    if (!(await this.all()).some(({ servers }) => servers.some(isIts))) return;
    const withName = (server: AdmittedServer): AdmittedServer =>
      isIts(server)
        ? { ...server, formerNames: [...new Set([...(server.formerNames ?? []), formerName])] }
        : server;
    await this.#write((agents) =>
      agents.map(({ admission, ...stored }) => ({
        ...stored,
        admission: { ...admission, servers: admission.servers.map(withName) },
      })),
    );
  }

  async withdraw(id: string): Promise<void> {
    await this.#write((agents) => agents.filter(({ admission }) => admission.id !== id));
  }

  /** Whether an agent may use a server now, whatever window admitted it. */
  async isAdmitted(id: string, serverUrl: string): Promise<boolean> {
    const agent = (await this.current()).find((admission) => admission.id === id);
    return agent?.servers.some(({ url }) => url === serverUrl) === true;
  }

  /** Returns the agent with this key, unless its time is over or it was withdrawn in any window. */
  async verify(key: string): Promise<AgentAdmission | undefined> {
    if (!keyPattern.test(key)) return undefined;
    const record = await this.newest();
    let found: AgentAdmission | undefined;
    // All digests are compared in constant time, so that the duration reveals nothing.
    for (const { admission, salt, digest } of record?.agents ?? []) {
      const isIts = await crypto.subtle.verify('HMAC', await hmacKey(salt), decode(digest), bytesOf(key));
      if (isIts) found = admission;
    }
    return found !== undefined && isCurrent(found, this.clock.now()) ? found : undefined;
  }

  /** What windows prove to each other that they belong together with; undefined before the first admission. */
  async portSecret(): Promise<Redacted | undefined> {
    const record = await this.newest();
    return record === undefined ? undefined : new Redacted(record.portSecret);
  }

  /** The same as it was when a key was verified last, which is before each request. */
  get knownPortSecret(): Redacted | undefined {
    return this.#known && new Redacted(this.#known.portSecret);
  }

  /** Returns what is remembered, unless another window has written since. */
  async newest(): Promise<AgentRecord | undefined> {
    if ((await this.records.generation(recordName)) === this.#known?.generation) return this.#known;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #read(): Promise<AgentRecord | undefined> {
    const before = this.#known?.generation;
    const shared = await this.records.read(recordName);
    const record = shared === undefined ? undefined : this.#parse(shared.text, shared.generation);
    this.#known = record;
    if (record?.generation !== before) this.#changed.fire(undefined);
    return record;
  }

  #parse(text: string, generation: number): AgentRecord | undefined {
    try {
      return agentRecordOf(text, generation);
    } catch {
      // It is reported below and kept unchanged, because a later version may read it.
    }
    this.log.warn('The stored agent admissions cannot be read, so no agent is admitted.');
    return undefined;
  }

  async #write(
    change: (
      agents: readonly StoredAdmission[],
    ) => readonly StoredAdmission[] | Promise<readonly StoredAdmission[]>,
  ): Promise<void> {
    await this.lock.hold(recordName, async () => {
      const before = await this.newest();
      const generation = (await this.records.generation(recordName)) ?? 0;
      const record = {
        generation: generation + 1,
        portSecret: before?.portSecret ?? encode(crypto.getRandomValues(new Uint8Array(32))),
        agents: await change(before?.agents ?? []),
      };
      await this.records.write(recordName, {
        generation: record.generation,
        text: agentRecordText(record),
      });
      this.#known = record;
    });
    this.#changed.fire(undefined);
  }
}

async function withNewKey(admission: AgentAdmission) {
  const key = keyPrefix + base64url(crypto.getRandomValues(new Uint8Array(32)));
  const salt = encode(crypto.getRandomValues(new Uint8Array(32)));
  const digest = encode(new Uint8Array(await crypto.subtle.sign('HMAC', await hmacKey(salt), bytesOf(key))));
  const keyId = crypto.randomUUID();
  return { stored: { admission: { ...admission, keyId }, salt, digest }, key: new Redacted(key) };
}

function hmacKey(salt: string): Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', decode(salt), algorithm, false, ['sign', 'verify']);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function encode(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function base64url(bytes: Uint8Array): string {
  return encode(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Records that are lost when the process ends, for a process that shares them with no other. */
export class InMemoryRecords implements SharedRecords {
  readonly entries = new Map<string, SharedRecord>();

  read(name: string): Promise<SharedRecord | undefined> {
    return Promise.resolve(this.entries.get(name));
  }

  generation(name: string): Promise<number | undefined> {
    return Promise.resolve(this.entries.get(name)?.generation);
  }

  write(name: string, record: SharedRecord): Promise<void> {
    this.entries.set(name, record);
    return Promise.resolve();
  }
}
