import { consentStatus, type AccountInUse, type ConsentStatus, type Observation } from './consentStatus.js';
import { accountKeyOf, accountLabel, credentialFacts, type Credential } from './credential.js';
import type { CredentialStore } from './credentialStore.js';
import { Emitter } from './emitter.js';
import { isUnattended } from './grantChoice.js';
import type { Clock, Disposable } from './ports.js';
import type { ServerConfig } from './serverSettings.js';

/**
 * What else was seen of the old credential says nothing of the new one, or of having none. A scope that a tool
 * asked for is held or not: a refresh does not grant it.
 */
const outlivesCredential = new Set<Observation['kind']>([
  'unreachable',
  'misconfigured',
  'insufficientScope',
]);

/** What is so of the server, whoever asks it, unless it was an account that met it. */
const concernsEveryAccount = new Set<Observation['kind']>(['unreachable', 'misconfigured']);

/** What was observed of one server. */
interface Observed {
  /** Of the server itself, as long as nothing newer was observed. */
  everybody?: Observation | undefined;
  /** By the key of the account it was observed with; without a credential by {@link nobody}. */
  readonly accounts: Map<string, Observation>;
}

const nobody = '';

/**
 * The newest observation of each server and account, and the consent status that follows from it. What was
 * observed with one account's credential says nothing of another's.
 */
export class ServerStates implements Disposable {
  readonly #observed = new Map<string, Observed>();
  readonly #awaiting = new Map<string, number>();
  readonly #changed = new Emitter<string>();
  readonly #subscriptions: readonly Disposable[];

  /** Tells the server URL whose status may have changed. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly credentials: CredentialStore,
    private readonly clock: Clock,
  ) {
    this.#subscriptions = [
      credentials.onDidChangeCredential(({ serverUrl, accountKey }) => this.#forget(serverUrl, accountKey)),
      credentials.onDidChange((serverUrl) => this.#changed.fire(serverUrl)),
    ];
  }

  /** @param credential what it was observed with */
  observe(server: ServerConfig, observation: Observation, credential?: Credential): void {
    const observed = this.#of(server.url);
    const key = credential === undefined ? nobody : accountKeyOf(credential);
    const before = observed.everybody ?? observed.accounts.get(key);
    if (credential === undefined && concernsEveryAccount.has(observation.kind))
      observed.everybody = observation;
    else {
      observed.everybody = undefined;
      // That one tool was answered grants nothing to the tool that was not.
      const isOfAnotherTool =
        observation.kind === 'answered' && observed.accounts.get(key)?.kind === 'insufficientScope';
      if (!isOfAnotherTool) observed.accounts.set(key, observation);
    }
    const now = observed.everybody ?? observed.accounts.get(key);
    if (JSON.stringify(before) !== JSON.stringify(now)) this.#changed.fire(server.url);
  }

  /** What was seen counts no more: the next call may be met otherwise. */
  forget(server: ServerConfig): void {
    if (this.#observed.delete(server.url)) this.#changed.fire(server.url);
  }

  /** Marks a consent as open for as long as the returned object is not disposed. */
  awaitConsent(server: ServerConfig): Disposable {
    const adjust = (by: number) => {
      this.#awaiting.set(server.url, (this.#awaiting.get(server.url) ?? 0) + by);
      this.#changed.fire(server.url);
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

  /** @param account whose, by its key; that of the account in use here where absent */
  async statusOf(server: ServerConfig, account?: string): Promise<ConsentStatus> {
    const credential = await this.credentials.get(server.url, account);
    const observed = this.#observed.get(server.url);
    const key = credential === undefined ? nobody : accountKeyOf(credential);
    const observation = observed?.everybody ?? observed?.accounts.get(key);
    const accounts = await this.#accounts(server);
    return consentStatus(
      {
        server: server.name,
        awaitingConsent: (this.#awaiting.get(server.url) ?? 0) > 0,
        ...(credential !== undefined && { credential: credentialFacts(credential) }),
        ...(observation !== undefined && { observation }),
        isUnattended: isUnattended(server),
        ...(accounts.length > 1 && { accounts }),
      },
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

  #of(serverUrl: string): Observed {
    const observed = this.#observed.get(serverUrl) ?? { accounts: new Map<string, Observation>() };
    this.#observed.set(serverUrl, observed);
    return observed;
  }

  #forget(serverUrl: string, accountKey: string | undefined): void {
    const accounts = this.#observed.get(serverUrl)?.accounts;
    for (const key of [accountKey, nobody]) {
      const seen = key === undefined ? undefined : accounts?.get(key);
      if (key !== undefined && seen !== undefined && !outlivesCredential.has(seen.kind))
        accounts?.delete(key);
    }
  }
}
