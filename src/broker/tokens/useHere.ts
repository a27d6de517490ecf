import type { Credential } from '../accounts/credential.js';
import { Emitter } from '../../base/event.js';
import type { Memory } from '../../base/storage.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** The user's decision about the use of a sign-in on one machine. */
export type UseDecision = 'allowed' | 'declined' | 'unasked';

/** Asks the user whether a sign-in may be used on this machine. */
export interface UsePrompt {
  /** @returns undefined if the question was closed without an answer */
  ask(server: ServerConfig, credential: Credential): Promise<'useHere' | 'notHere' | undefined>;
}

/** A sign-in whose tokens must not leave this machine, because the user has not allowed that. */
export class NotUsedHere extends Error {
  override readonly name = 'NotUsedHere';

  constructor(
    /** That of the sign-in: the MCP server, or the identity provider that vouches for the user there. */
    readonly server: ServerConfig,
    readonly credential: Credential,
    readonly decision: Exclude<UseDecision, 'allowed'>,
  ) {
    super(`The sign-in to ${server.name} is not used on this machine.`);
  }
}

interface Decisions {
  readonly allowed: readonly string[];
  readonly declined: readonly string[];
}

const memoryKey = (host: string) => `sign-ins on ${host}`;
const sinceKey = 'sign-ins remembered since';
/** Most sign-ins that are remembered of one machine. */
const mostRemembered = 200;

/**
 * Whether the sign-ins of the user's editor may be used on the machine that the extension runs on. A remote extension
 * host gets the secrets of each user who connects, so the user must allow the first use of a sign-in there once; a
 * sign-in made there needs no question. A random id identifies the machine, because an extension host does not know
 * how the user reaches it.
 */
export class UseHere {
  readonly #host: Promise<string>;
  readonly #asking = new Map<string, Promise<UseDecision>>();
  /** Closed without an answer; not asked about by a call again for as long as the window is open. */
  readonly #closed = new Set<string>();
  readonly #changed = new Emitter<string>();

  /** Fires with the address of the server whose sign-in was decided about. */
  readonly onDidChange = this.#changed.event;

  /** @param memory the user's own, whatever machine this is */
  constructor(
    private readonly memory: Memory,
    hostId: () => Promise<string>,
    private readonly prompt: UsePrompt,
    now: () => number,
  ) {
    this.#host = hostId().then(async (host) => {
      // Memory that cannot be written now is written when the next window opens.
      if (sinceIn(memory) === undefined)
        await memory.set(sinceKey, { host, at: now() }).catch(() => undefined);
      return host;
    });
  }

  async of(credential: Credential): Promise<UseDecision> {
    const { allowed, declined } = this.#decisions(await this.#host);
    if (allowed.includes(credential.id)) return 'allowed';
    if (declined.includes(credential.id) || this.#closed.has(credential.id)) return 'declined';
    return (await this.#isFromBefore(credential)) ? 'allowed' : 'unasked';
  }

  /** @throws NotUsedHere unless the user has allowed it */
  async require(server: ServerConfig, credential: Credential): Promise<void> {
    const decision = await this.of(credential);
    if (decision !== 'allowed') throw new NotUsedHere(server, credential, decision);
    await this.#remember(credential, 'allowed');
  }

  /** The sign-in was made on this machine, which is a yes. */
  async made(credential: Credential): Promise<void> {
    await this.#remember(credential, 'allowed');
  }

  /**
   * Asks the user, unless it was decided. All callers in the meantime share the question.
   *
   * @param isUsersAct asks again if the question was only closed
   */
  async ask(server: ServerConfig, credential: Credential, isUsersAct = false): Promise<UseDecision> {
    const { id } = credential;
    if (isUsersAct) this.#closed.delete(id);
    const known = await this.of(credential);
    if (known !== 'unasked') return known;
    const running = this.#asking.get(id);
    if (running !== undefined) return running;
    const asking = this.#ask(server, credential).finally(() => this.#asking.delete(id));
    this.#asking.set(id, asking);
    return asking;
  }

  async #ask(server: ServerConfig, credential: Credential): Promise<UseDecision> {
    const answer = await this.prompt.ask(server, credential);
    if (answer === undefined) {
      this.#closed.add(credential.id);
      this.#changed.fire(server.url);
      return 'declined';
    }
    const decision = answer === 'useHere' ? 'allowed' : 'declined';
    await this.#remember(credential, decision);
    return decision;
  }

  async #remember(credential: Credential, decision: keyof Decisions): Promise<void> {
    const host = await this.#host;
    const { id, serverUrl } = credential;
    const before = this.#decisions(host);
    if (before[decision].includes(id)) return;
    const without = (ids: readonly string[]) => ids.filter((known) => known !== id);
    const next = { allowed: without(before.allowed), declined: without(before.declined) };
    await this.memory.set(memoryKey(host), {
      ...next,
      [decision]: [...next[decision], id].slice(-mostRemembered),
    });
    this.#changed.fire(serverUrl);
  }

  #decisions(host: string): Decisions {
    const value = this.memory.get(memoryKey(host)) as Partial<Record<keyof Decisions, unknown>> | undefined;
    return { allowed: idsIn(value?.allowed), declined: idsIn(value?.declined) };
  }

  /** Sign-ins from before these decisions existed were used where the record began. */
  async #isFromBefore({ signedInAt, obtainedAt }: Credential): Promise<boolean> {
    const since = sinceIn(this.memory);
    if (since?.host !== (await this.#host)) return false;
    return (signedInAt ?? obtainedAt) < since.at;
  }
}

function idsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : [];
}

function sinceIn(memory: Memory): { readonly host: string; readonly at: number } | undefined {
  const value = memory.get(sinceKey) as { readonly host?: unknown; readonly at?: unknown } | undefined;
  const { host, at } = value ?? {};
  return typeof host === 'string' && typeof at === 'number' ? { host, at } : undefined;
}
