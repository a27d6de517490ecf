import { defined } from '../../base/defined.js';
import {
  consentStatus,
  type AccountInUse,
  type ConsentStatus,
  type CredentialFacts,
  type Observation,
} from './consentStatus.js';
import { accountFact, accountKeyOf, accountLabel, type Credential } from '../accounts/credential.js';
import type { CredentialChange, CredentialStore } from '../accounts/credentialStore.js';
import { Emitter } from '../../base/event.js';
import { isUnattended } from '../settings/grant.js';
import { LastAttempts, type LastAttempt, type SeenAttempt } from './lastAttempt.js';
import { everybody, nobody, Observations, type Seen } from './observations.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** Whether sign-ins may be used on this machine, and changes of that. */
export interface UseOnThisMachine {
  of(credential: Credential): Promise<'allowed' | 'declined' | 'unasked'>;
  onDidChange(listener: (serverUrl: string) => void): Disposable;
}

/**
 * Observations about the server itself, for every caller, unless an account made them. Other observations with the
 * old credential say nothing about the new one, or about having none.
 */
const concernsEveryAccount = new Set<Observation['kind']>(['unreachable', 'misconfigured']);

/** The newest observation of each server and account, in any window, and the consent status that follows from it. */
export class ServerStates implements Disposable {
  readonly #observations = new Observations();
  readonly #attempts = new LastAttempts();
  readonly #awaiting = new Map<string, number>();
  #awaitingElsewhere: ReadonlySet<string> = new Set();
  readonly #changed = new Emitter<string>();
  readonly #observed = new Emitter<undefined>();
  readonly #subscriptions: readonly Disposable[];

  /** Fires with the URL of a server whose status may have changed. */
  readonly onDidChange = this.#changed.event;
  /** Fires when this window observed something, or when a consent opened or closed in it. */
  readonly onDidObserve = this.#observed.event;

  constructor(
    private readonly credentials: CredentialStore,
    private readonly clock: Clock,
    /** Whether {@link hear} receives the observations of other windows. */
    private readonly hearsWindows = false,
    /** If absent, every sign-in may be used on this machine. */
    private readonly use?: UseOnThisMachine,
  ) {
    this.#subscriptions = [
      credentials.onDidChangeCredential((change) => this.#forget(change)),
      credentials.onDidChange((serverUrl) => this.#changed.fire(serverUrl)),
      ...(use === undefined ? [] : [use.onDidChange((serverUrl) => this.#changed.fire(serverUrl))]),
    ];
  }

  /** @param credential what it was observed with */
  observe(server: ServerConfig, observation: Observation, credential?: Credential): void {
    const own = credential === undefined ? nobody : accountKeyOf(credential);
    const isOfServer = credential === undefined && concernsEveryAccount.has(observation.kind);
    const accountKey = isOfServer ? everybody : own;
    const seen = { serverUrl: server.url, accountKey, at: this.clock.now(), observation };
    if (!this.#observations.add(seen)) return;
    this.#changed.fire(server.url);
    this.#observed.fire(undefined);
  }

  /** All that was seen, in any window. */
  get seen(): readonly Seen[] {
    return this.#observations.all;
  }

  /** How the last attempt at each server ended, in any window. */
  get attempts(): readonly SeenAttempt[] {
    return this.#attempts.all;
  }

  /** @param attempt how an attempt at the server has ended; undefined if there is nothing to see of one any more */
  showAttempt(server: ServerConfig, attempt: LastAttempt | undefined): void {
    const seen = defined({ serverUrl: server.url, at: this.clock.now(), attempt });
    if (!this.#attempts.set(seen)) return;
    this.#changed.fire(server.url);
    this.#observed.fire(undefined);
  }

  /** Addresses of the servers that a consent is open for in this window. */
  get awaitingHere(): readonly string[] {
    return [...this.#awaiting].filter(([, open]) => open > 0).map(([serverUrl]) => serverUrl);
  }

  /**
   * Takes over what other windows saw, which consents are open there, and how attempts there ended.
   *
   * @returns whether something was seen later here than there
   */
  hear(seen: readonly Seen[], awaiting: readonly string[], attempts: readonly SeenAttempt[] = []): boolean {
    const { changed, isAhead } = this.#observations.merge(seen);
    const ended = this.#attempts.merge(attempts);
    const before = this.#awaitingElsewhere;
    this.#awaitingElsewhere = new Set(awaiting);
    const opened = awaiting.filter((serverUrl) => !before.has(serverUrl));
    const closed = [...before].filter((serverUrl) => !awaiting.includes(serverUrl));
    for (const serverUrl of new Set([...changed, ...ended.changed, ...opened, ...closed]))
      this.#changed.fire(serverUrl);
    return isAhead || ended.isAhead;
  }

  /** Earlier observations no longer count, because the next call may get another response. */
  forget(server: ServerConfig): void {
    for (const { serverUrl, accountKey, observation } of this.seen) {
      if (serverUrl !== server.url || observation === undefined) continue;
      this.#observations.forget(serverUrl, accountKey, this.clock.now());
    }
    this.#changed.fire(server.url);
    this.#observed.fire(undefined);
  }

  /** Marks a consent as open for as long as the returned object is not disposed. */
  awaitConsent(server: ServerConfig): Disposable {
    const adjust = (by: number) => {
      this.#awaiting.set(server.url, (this.#awaiting.get(server.url) ?? 0) + by);
      this.#changed.fire(server.url);
      this.#observed.fire(undefined);
    };
    adjust(1);
    let open = true;
    return {
      dispose: () => {
        if (open) adjust(-1);
        open = false;
      },
    };
  }

  /** What the next call would meet, apart from a consent that is open. */
  async settledStatus(server: ServerConfig, account?: string): Promise<ConsentStatus> {
    return this.#statusOf(server, account, false);
  }

  /** @param account the account's key; the current account if absent */
  async statusOf(server: ServerConfig, account?: string): Promise<ConsentStatus> {
    const isAwaiting = (this.#awaiting.get(server.url) ?? 0) > 0 || this.#awaitingElsewhere.has(server.url);
    return this.#statusOf(server, account, isAwaiting);
  }

  async #statusOf(
    server: ServerConfig,
    account: string | undefined,
    isAwaiting: boolean,
  ): Promise<ConsentStatus> {
    const credential = await this.credentials.get(server.url, account);
    const key = credential === undefined ? nobody : accountKeyOf(credential);
    const observation = this.#observations.of(server.url, key);
    const lastAttempt = this.#attempts.of(server.url);
    const accounts = await this.#accounts(server);
    const decision = credential && (await this.use?.of(credential));
    return consentStatus(
      defined({
        server: server.name,
        awaitingConsent: isAwaiting,
        credential: credential !== undefined ? credentialFacts(credential) : undefined,
        observation,
        lastAttempt,
        isUnattended: isUnattended(server),
        accounts: accounts.some(({ inUse }) => !inUse) ? accounts : undefined,
        notUsedHere: decision !== undefined && decision !== 'allowed' ? decision : undefined,
      }),
      this.clock.now(),
    );
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #accounts(server: ServerConfig): Promise<readonly AccountInUse[]> {
    const inUse = await this.credentials.get(server.url);
    const all = await this.credentials.all(server.url);
    return all.map((credential) => ({
      key: accountKeyOf(credential),
      label: accountLabel(credential),
      inUse: credential.id === inUse?.id,
    }));
  }

  #forget({ serverUrl, accountKey, isElsewhere }: CredentialChange): void {
    // The window that made the change reports what counts since then.
    if (isElsewhere && this.hearsWindows) return;
    for (const key of [accountKey, nobody]) {
      const seen = key === undefined ? undefined : this.#observations.seenBy(serverUrl, key);
      if (key !== undefined && seen !== undefined && !concernsEveryAccount.has(seen.kind))
        this.#observations.forgetAllButLacking(serverUrl, key, this.clock.now());
    }
    this.#observed.fire(undefined);
  }
}

/** What the consent status needs of a credential. */
function credentialFacts(credential: Credential): CredentialFacts {
  return {
    scopes: credential.tokens.scopes,
    refreshable: credential.tokens.refreshToken !== undefined || credential.grant !== undefined,
    ...accountFact(credential),
    expiresAt: credential.tokens.expiresAt,
  };
}
