import type { Memory } from '../../base/storage.js';

/** In place of an account's key: the user has chosen that calls act as none of the accounts that are signed in. */
export const noAccount = '-';

/** Which account of a server this workspace acts as. */
export interface AccountChoice {
  /** @returns an account key, which may be of an account that is gone, or {@link noAccount}; undefined without a choice */
  chosen(serverUrl: string): string | undefined;
  choose(serverUrl: string, accountKey: string): Promise<void>;
}

/** Choices that are kept where the workspace's other state is. */
export class RememberedAccountChoice implements AccountChoice {
  /** @param memory of this workspace alone */
  constructor(private readonly memory: Memory) {}

  chosen(serverUrl: string): string | undefined {
    const chosen = this.memory.get(keyOf(serverUrl));
    return typeof chosen === 'string' ? chosen : undefined;
  }

  choose(serverUrl: string, accountKey: string): Promise<void> {
    return this.memory.set(keyOf(serverUrl), accountKey);
  }
}

/** Choices that end with the process. */
export class PassingAccountChoice implements AccountChoice {
  readonly #chosen = new Map<string, string>();

  chosen(serverUrl: string): string | undefined {
    return this.#chosen.get(serverUrl);
  }

  choose(serverUrl: string, accountKey: string): Promise<void> {
    this.#chosen.set(serverUrl, accountKey);
    return Promise.resolve();
  }
}

function keyOf(serverUrl: string): string {
  return `account ${serverUrl}`;
}
