import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassingAccountChoice } from '../../src/broker/accounts/accountChoice.js';
import { accountLabel } from '../../src/broker/accounts/credential.js';
import { ClientSecrets } from '../../src/broker/clients/clientSecrets.js';
import { MetadataCache } from '../../src/broker/discovery/metadataCache.js';
import type { Disposable } from '../../src/base/clock.js';
import type { SharedRecords } from '../../src/base/storage.js';
import { TimedSecretStore } from '../../src/broker/accounts/secretStorageTimeout.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import type { SignInOutcome } from '../../src/broker/signIn/signIn.js';
import { createCore, type Core } from '../../src/core/core.js';
import { SealedFiles } from '../../src/node/store/sealedFiles.js';
import { ClientSealingKey, HostSealingKey, type SealingKeySource } from '../../src/node/store/sealingKey.js';
import { MemoryLock, MemoryLog, MemoryMemory } from '../broker/memoryStores.js';
import type { ModelClient, WindowSecrets } from './modelClient.js';
import type { ModelServer, User } from './modelServer.js';
import type { ModelTime } from './modelTime.js';
import { redirectReaches } from '../broker/redirectReaches.js';

const SIGN_IN_DEADLINE_MS = 60_000;

/** A computer that extension hosts run on: a disk and the locks on it. */
export class ModelMachine {
  readonly lock = new MemoryLock();
  readonly #listeners = new Set<() => void>();

  private constructor(
    readonly directory: string,
    /** How much earlier than others it refreshes: 0 on the user's own machine. */
    readonly refreshEarliness: number,
  ) {}

  static async start(refreshEarliness = 0): Promise<ModelMachine> {
    return new ModelMachine(await mkdtemp(path.join(tmpdir(), 'machine-')), refreshEarliness);
  }

  /** A file was written: windows hear of it from the system. */
  wroteFile(): void {
    for (const listener of this.#listeners) listener();
  }

  onDidWriteFile(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  stop(): Promise<void> {
    return rm(this.directory, { recursive: true });
  }
}

/** The broker in a window of a client, whose extension host runs on a machine. */
export class ModelWindow {
  readonly log = new MemoryLog();
  readonly server: ServerConfig;
  #core: Core;
  #secrets: WindowSecrets;

  constructor(
    readonly client: ModelClient,
    readonly machine: ModelMachine,
    private readonly network: ModelServer,
    private readonly time: ModelTime,
  ) {
    this.server = { name: 'server', url: network.url, headers: {}, oauth: {} };
    this.#secrets = client.openWindow();
    this.#core = this.#open();
  }

  get core(): Core {
    return this.#core;
  }

  /** The extension host ends and starts again; what the window had to write is written first. */
  reload(): void {
    this.close();
    this.#secrets = this.client.openWindow();
    this.#core = this.#open();
  }

  close(): void {
    this.#core.dispose();
    this.#secrets.close();
  }

  async signIn(user: User, request: { readonly anotherAccount?: true } = {}): Promise<SignInOutcome> {
    const attempt = this.#core.signIns.begin(this.server, { deadline: SIGN_IN_DEADLINE_MS, ...request });
    await attempt.useCode(({ userCode }) => this.network.approve(userCode, user));
    return attempt.outcome;
  }

  /** One call as a tool call makes it: the user it acted as, or how it ended. */
  async call(): Promise<string> {
    const outcome = await this.#core.authorizedFetch.send(this.server, {
      method: 'POST',
      headers: new Headers({ 'content-type': 'application/json' }),
      body: new TextEncoder().encode('{"jsonrpc":"2.0","id":1,"method":"tools/call"}'),
      signal: new AbortController().signal,
    });
    if (outcome.kind !== 'response') return outcome.kind === 'failed' ? outcome.detail : outcome.kind;
    return outcome.credential === undefined ? 'open' : accountLabel(outcome.credential).replace(/@.*/, '');
  }

  async accounts(): Promise<readonly string[]> {
    const all = await this.#core.credentials.all(this.server.url);
    return all.map((one) => accountLabel(one).replace(/@.*/, '')).sort();
  }

  async status(): Promise<string> {
    return (await this.#core.states.statusOf(this.server)).status;
  }

  #open(): Core {
    const { time: clock, log, client, machine } = this;
    const { lock, directory, refreshEarliness } = machine;
    const secrets = new TimedSecretStore(this.#secrets, clock, log);
    const clientKey = new ClientSealingKey(secrets, lock);
    // As a window does when it opens.
    clientKey.obtain().catch(() => undefined);
    return createCore({
      network: { fetch: this.network.fetch, resolver: { addressesOf: () => Promise.resolve([]) } },
      platform: {
        secrets,
        hearsAllWindows: client.tellsAllWindows,
        refreshEarliness,
        sharedRecords: this.#files('credentials', clientKey, () => clientKey.obtain()),
        agentRecords: this.#files('agentRecords', new HostSealingKey(path.join(directory, 'host.key'), lock)),
        memory: new MemoryMemory(),
        lock,
        clock,
        log,
      },
      settings: { servers: () => [this.server], accountChoice: new PassingAccountChoice() },
      user: {
        answers: { metadata: new MetadataCache(clock), clientSecrets: new ClientSecrets(secrets) },
        consentPrompt: () => ({ ask: () => Promise.resolve(false) }),
        confirmAccountChange: () => Promise.resolve('new'),
        redirects: (relay) => ({
          reach: () => Promise.resolve(redirectReaches.headless),
          uriHandler: () => Promise.resolve(undefined),
          loopback: (callbackPath, port) => relay.loopbackRedirect(callbackPath, port),
        }),
      },
    });
  }

  /**
   * Files take real time and none of the model's.
   *
   * @param whenReady a key in secret storage may have to be waited for, which takes the model's time
   */
  #files(
    folder: string,
    key: SealingKeySource,
    whenReady: () => Promise<unknown> = () => Promise.resolve(),
  ): SharedRecords {
    const { time, machine } = this;
    const files = new SealedFiles(path.join(machine.directory, folder), key, this.log, time);
    const timeless = async <T>(work: () => Promise<T>) => {
      await whenReady();
      return time.working(work());
    };
    return {
      read: (name) => timeless(() => files.read(name)),
      generation: (name) => timeless(() => files.generation(name)),
      write: async (name, record) => {
        await timeless(() => files.write(name, record));
        machine.wroteFile();
      },
      onDidChange: (listener) => machine.onDidWriteFile(listener),
    };
  }
}
