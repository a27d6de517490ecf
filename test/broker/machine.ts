import type { Credential } from '../../src/broker/accounts/credential.js';
import type { Clock } from '../../src/base/clock.js';
import type { Memory } from '../../src/base/storage.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { UseHere, type UsePrompt } from '../../src/broker/tokens/useHere.js';

type Answer = Awaited<ReturnType<UsePrompt['ask']>>;

/** A machine whose extension host gets the user's secrets, and what the user is asked there. */
export class Machine implements UsePrompt {
  /** What was asked, oldest first. */
  readonly asked: string[] = [];
  /** What the user says; by default they have not come to it yet. */
  onAsk: () => Promise<Answer> = () => new Promise(() => undefined);
  readonly #watchers = new Set<() => void>();

  /** @param memory the user's, which goes wherever they go */
  constructor(
    readonly name: string,
    private readonly memory: Memory,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** The part that a window on this machine has. */
  window(): UseHere {
    return new UseHere(
      this.memory,
      () => Promise.resolve(this.name),
      this,
      () => this.clock.now(),
    );
  }

  ask({ name }: ServerConfig, { account }: Credential): Promise<Answer> {
    this.asked.push(`${name} as ${account?.label ?? 'somebody'}`);
    for (const tell of this.#watchers) tell();
    return this.onAsk();
  }

  /** Resolves when so many questions have been asked. */
  async untilAsked(count: number): Promise<void> {
    while (this.asked.length < count) {
      const next = Promise.withResolvers<void>();
      this.#watchers.add(next.resolve);
      await next.promise;
    }
  }
}
