import { defined } from '../../base/defined.js';
import type { DpopKey } from '../../oauth/dpop.js';
import { noAccount, PassingAccountChoice, type AccountChoice } from './accountChoice.js';
import { accountSlots, firstSlot, recordName, serverUrlOf, slotOfAccount } from './storedRecord.js';
import { accountKeyOf, type Credential } from './credential.js';
import { AccountNames, type GivenName } from './accountNames.js';
import { credentialRecords, signedInAt, LentTokens } from './credentialRecord.js';
import { Emitter } from '../../base/event.js';
import { NewestRecords } from './newestRecords.js';
import type { Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { SecretStore, SharedRecords } from '../../base/storage.js';

/** A credential that was stored, replaced or removed. */
export interface CredentialChange {
  readonly serverUrl: string;
  /** The key of the credential's account; undefined if it was not known here. */
  readonly accountKey?: string;
  /** By another window or process. */
  readonly isElsewhere: boolean;
}

interface Entry {
  readonly slot: string;
  readonly credential: Credential;
}

/** Credentials by server URL and account, each in a record of its own, and which of them is in use here. */
export class CredentialStore implements Disposable {
  readonly #records: NewestRecords<Credential>;
  readonly #slots: NewestRecords<readonly string[]>;
  readonly #names: AccountNames;
  readonly #changed = new Emitter<string>();
  readonly #credentialChanged = new Emitter<CredentialChange>();
  /** DPoP keys in use, by record: they remember nonces, which no record holds. */
  readonly #dpopKeys = new Map<string, DpopKey>();
  readonly #lent = new LentTokens();
  /** Servers whose credentials this window has requested. */
  readonly #asked = new Set<string>();
  readonly #subscription: Disposable | undefined;
  #looking: Promise<void> = Promise.resolve();
  /** The account of each record when it was last read. */
  readonly #accounts = new Map<string, string>();

  /**
   * Fires with the server's URL when a credential was stored, replaced, or removed in any window, or when this
   * workspace uses another one.
   */
  readonly onDidChange = this.#changed.event;
  /** Fires with the credential, before the other event fires for its server. */
  readonly onDidChangeCredential = this.#credentialChanged.event;

  constructor(
    secrets: SecretStore,
    log: Log,
    private readonly shared?: SharedRecords,
    /**
     * Whether storage reports the writes of every window, so that the remembered value is the newest one. Such
     * storage belongs to the client, and windows on other machines, with which this one shares no lock, also write to
     * it.
     */
    readonly hearsAllWindows = false,
    private readonly choice: AccountChoice = new PassingAccountChoice(),
  ) {
    const options = { secrets, shared, repairs: hearsAllWindows };
    this.#records = new NewestRecords(credentialRecords(log), {
      ...options,
      onDidChange: (name) => this.#tell(name),
    });
    this.#slots = new NewestRecords(accountSlots, {
      ...options,
      onDidChange: (url) => this.#changed.fire(url),
    });
    this.#names = new AccountNames({ ...options, onDidChange: (url) => this.#changed.fire(url) });
    if (!hearsAllWindows) this.#subscription = shared?.onDidChange?.(() => this.#lookForNews());
  }

  /** Current account here, or an account's. */
  async get(serverUrl: string, accountKey?: string): Promise<Credential | undefined> {
    const all = await this.all(serverUrl);
    if (accountKey !== undefined) return all.find((one) => accountKeyOf(one) === accountKey);
    const chosen = this.choice.chosen(serverUrl);
    if (chosen === noAccount) return undefined;
    return all.find((one) => accountKeyOf(one) === chosen) ?? all[0];
  }

  /** Every account's, the one signed in last first. */
  async all(serverUrl: string): Promise<readonly Credential[]> {
    const entries = await this.#entries(serverUrl);
    return entries.map(({ credential }) => credential).sort((a, b) => signedInAt(b) - signedInAt(a));
  }

  /**
   * Returns the remembered credential, unless another window has written since. Calls use it. A workspace without a
   * choice keeps the account that it has used so far: a sign-in in another workspace changes nothing here.
   */
  async newest(serverUrl: string, accountKey?: string): Promise<Credential | undefined> {
    if (this.shared !== undefined && !this.hearsAllWindows && (await this.#hasNews(serverUrl)))
      this.#changed.fire(serverUrl);
    const credential = await this.get(serverUrl, accountKey);
    if (credential !== undefined && accountKey === undefined) this.#keepTo(credential);
    return credential;
  }

  /** Reads from storage instead of memory, because another process may have written since. */
  async reread(serverUrl: string, accountKey?: string): Promise<Credential | undefined> {
    this.#slots.forget(serverUrl);
    this.#names.forget(serverUrl);
    for (const slot of await this.#slotsOf(serverUrl)) this.#records.forget(recordName(serverUrl, slot));
    return this.get(serverUrl, accountKey);
  }

  /**
   * The same under a lock, which is not to be held while secret storage is waited for: reads the disk's copy again,
   * and secret storage only if a change was reported since.
   */
  async rereadShared(serverUrl: string, accountKey?: string): Promise<Credential | undefined> {
    await this.#slots.rereadShared(serverUrl);
    await this.#names.rereadShared(serverUrl);
    for (const slot of await this.#slotsOf(serverUrl))
      await this.#records.rereadShared(recordName(serverUrl, slot));
    return this.get(serverUrl, accountKey);
  }

  /** The name that an account has, or had when it was signed in last. */
  nameOf(serverUrl: string, accountKey: string): Promise<GivenName | undefined> {
    return this.#names.of(serverUrl, accountKey);
  }

  /** @param given undefined takes the name away; under the lock of the server's accounts, as it is unique among them */
  async rename(serverUrl: string, accountKey: string, given: GivenName | undefined): Promise<void> {
    await this.#names.give(serverUrl, accountKey, given);
    this.#changed.fire(serverUrl);
  }

  /** From the next call on, this workspace acts as that account, or as none with {@link noAccount}. */
  async use(serverUrl: string, accountKey: string): Promise<void> {
    if (this.choice.chosen(serverUrl) === accountKey) return;
    const before = await this.get(serverUrl);
    await this.choice.choose(serverUrl, accountKey);
    // The account that is used without a choice may be the chosen one.
    if (before === undefined || accountKeyOf(before) !== accountKey) this.#changed.fire(serverUrl);
  }

  /**
   * Stores the credential before announcing it, so that no caller uses a token that could still be lost. It replaces
   * a credential of the same sign-in or the same account, and is added otherwise.
   *
   * @param instead the credential that it replaces, if that belongs to another account
   * @returns false if this sign-in was ended elsewhere in the meantime; then nothing is stored
   */
  async put(credential: Credential, instead?: Credential): Promise<boolean> {
    const { serverUrl } = credential;
    const entries = await this.#entries(serverUrl);
    const key = accountKeyOf(credential);
    const replaced = entries.filter(
      (one) =>
        one.credential.id === credential.id ||
        one.credential.id === instead?.id ||
        accountKeyOf(one.credential) === key,
    );
    const slot = replaced[0]?.slot ?? (await this.#freeSlot(credential, entries));
    const isStored = await this.#write(serverUrl, slot, credential);
    if (isStored) {
      const slots = await this.#slotsOf(serverUrl);
      if (!slots.includes(slot)) await this.#slots.write(serverUrl, [...slots.slice(1), slot]);
      for (const other of replaced.slice(1)) await this.#write(serverUrl, other.slot, undefined);
    }
    this.#changed.fire(serverUrl);
    return isStored;
  }

  /** Removes the one in use here, or an account's. */
  async remove(serverUrl: string, accountKey?: string): Promise<void> {
    const credential = await this.get(serverUrl, accountKey);
    const entry = (await this.#entries(serverUrl)).find((one) => one.credential.id === credential?.id);
    await this.#write(serverUrl, entry?.slot ?? firstSlot, undefined);
    // The choice of none was between accounts that are gone.
    if (this.choice.chosen(serverUrl) === noAccount && (await this.#entries(serverUrl)).length === 0)
      await this.choice.choose(serverUrl, '');
    this.#changed.fire(serverUrl);
  }

  /** Lets go of what marks ended sign-ins of a server that left the settings; a sign-in that lives stays. */
  async prune(serverUrl: string): Promise<void> {
    for (const slot of await this.#slotsOf(serverUrl)) await this.#records.prune(recordName(serverUrl, slot));
    if ((await this.#entries(serverUrl)).length === 0) await this.#names.prune(serverUrl);
  }

  dispose(): void {
    this.#subscription?.dispose();
    this.#records.dispose();
    this.#slots.dispose();
    this.#names.dispose();
    this.#dpopKeys.clear();
    this.#lent.clear();
  }

  /** A named account has a place of its own; any other takes one that no living sign-in has. */
  async #freeSlot(credential: Credential, entries: readonly Entry[]): Promise<string> {
    const isFree = (slot: string) => !entries.some((entry) => entry.slot === slot);
    const own = credential.account && (await slotOfAccount(accountKeyOf(credential)));
    if (own !== undefined && isFree(own)) return own;
    return (await this.#slotsOf(credential.serverUrl)).find(isFree) ?? crypto.randomUUID();
  }

  /** @returns false if the sign-in was ended elsewhere meanwhile */
  async #write(serverUrl: string, slot: string, credential: Credential | undefined): Promise<boolean> {
    const name = recordName(serverUrl, slot);
    // The name has a record of its own.
    const { name: _given, ...unnamed } = credential ?? {};
    if (!(await this.#records.write(name, credential && (unnamed as Credential)))) return false;
    this.#lent.keep(name, credential);
    const before = this.#accounts.get(name);
    const after = credential && accountKeyOf(credential);
    for (const accountKey of new Set([before, after])) this.#tellOf(serverUrl, accountKey, false);
    return true;
  }

  /** The first account's place is always looked at. */
  async #slotsOf(serverUrl: string): Promise<readonly string[]> {
    return [firstSlot, ...((await this.#slots.get(serverUrl)) ?? [])];
  }

  async #entries(serverUrl: string): Promise<readonly Entry[]> {
    this.#asked.add(serverUrl);
    const slots = await this.#slotsOf(serverUrl);
    const entries = slots.map(async (slot) => {
      const name = recordName(serverUrl, slot);
      const credential = this.#withKeyInUse(name, this.#lent.withToken(name, await this.#records.get(name)));
      if (credential === undefined) return undefined;
      const key = accountKeyOf(credential);
      this.#accounts.set(name, key);
      const given = await this.#names.of(serverUrl, key);
      return { slot, credential: given === undefined ? credential : { ...credential, name: given.name } };
    });
    return (await Promise.all(entries)).filter((entry) => entry !== undefined);
  }

  async #hasNews(serverUrl: string): Promise<boolean> {
    const isMore = await this.#slots.isNews(serverUrl);
    const isRenamed = await this.#names.isNews(serverUrl);
    const slots = await this.#slotsOf(serverUrl);
    const news = await Promise.all(
      slots.map(async (slot) => {
        const name = recordName(serverUrl, slot);
        const isNews = await this.#records.isNews(name);
        if (isNews) this.#tellOf(serverUrl, this.#accounts.get(name), true);
        return isNews;
      }),
    );
    return isMore || isRenamed || news.includes(true);
  }

  /** What other windows wrote is shown here before anything here acts on it. */
  #lookForNews(): void {
    const look = async () => {
      for (const serverUrl of this.#asked) if (await this.#hasNews(serverUrl)) this.#changed.fire(serverUrl);
    };
    // A record that cannot be read now is read when it is needed.
    this.#looking = this.#looking.then(look).catch(() => undefined);
  }

  #keepTo(credential: Credential): void {
    const { serverUrl } = credential;
    const key = accountKeyOf(credential);
    if (this.choice.chosen(serverUrl) === key) return;
    // If the workspace's state cannot be written, the choice is made again the next time.
    this.choice.choose(serverUrl, key).catch(() => undefined);
  }

  #tell(name: string): void {
    const serverUrl = serverUrlOf(name);
    this.#tellOf(serverUrl, this.#accounts.get(name), true);
    this.#changed.fire(serverUrl);
  }

  #tellOf(serverUrl: string, accountKey: string | undefined, isElsewhere: boolean): void {
    this.#credentialChanged.fire(defined({ serverUrl, accountKey, isElsewhere }));
  }

  #withKeyInUse(name: string, credential: Credential | undefined): Credential | undefined {
    const dpopKey = credential?.tokens.dpopKey;
    const inUse = this.#dpopKeys.get(name);
    if (dpopKey === undefined) this.#dpopKeys.delete(name);
    else if (inUse?.isSameAs(dpopKey) !== true) this.#dpopKeys.set(name, dpopKey);
    else if (credential !== undefined) {
      return { ...credential, tokens: { ...credential.tokens, dpopKey: inUse } };
    }
    return credential;
  }
}
