import type { Credential } from '../../src/broker/accounts/credential.js';
import type { Clock } from '../../src/base/clock.js';
import type { Memory } from '../../src/base/storage.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { UseHere, type UsePrompt } from '../../src/broker/tokens/useHere.js';

type Answer = Awaited<ReturnType<UsePrompt['ask']>>;

/** A machine whose extension host receives the user's secrets, with the questions to the user there. */
export class Machine implements UsePrompt {
  /** Questions, oldest first. */
  readonly asked: string[] = [];
  /** Returns the user's answer. By default, the promise stays pending. */
  onAsk: () => Promise<Answer> = () => new Promise(() => undefined);
  readonly #watchers = new Set<() => void>();

  /** @param memory the user's memory, which is synchronized between machines */
  constructor(
    readonly name: string,
    private readonly memory: Memory,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** Creates the broker's part for a window on this machine. */
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

  /** Resolves after `count` questions. */
  async untilAsked(count: number): Promise<void> {
    while (this.asked.length < count) {
      const next = Promise.withResolvers<void>();
      this.#watchers.add(next.resolve);
      await next.promise;
    }
  }
}
