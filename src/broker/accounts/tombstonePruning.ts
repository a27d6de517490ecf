import type { Disposable } from '../../base/clock.js';
import { accountSlots, serverUrlOf } from './storedRecord.js';
import type { CredentialStore } from './credentialStore.js';

interface SecretKeys {
  /** Undefined if secret storage cannot list them. */
  keys?(): Promise<readonly string[]>;
}

export interface PruningParts {
  readonly credentials: CredentialStore;
  readonly secrets: SecretKeys;
  readonly settings: {
    /** Addresses of the configured servers, as they are now. */
    readonly urls: readonly string[];
    onDidChange(listener: () => void): Disposable;
  };
}

/**
 * Lets go of what marks ended sign-ins once their server has left the settings: when that happens, and at the start for
 * servers that left while no window was open, if secret storage can list its keys.
 */
export class TombstonePruning implements Disposable {
  readonly #subscription: Disposable;
  #pruning: Promise<void> = Promise.resolve();

  constructor(private readonly parts: PruningParts) {
    let before = parts.settings.urls;
    this.#subscription = parts.settings.onDidChange(() => {
      const left = before;
      before = parts.settings.urls;
      this.#prune(() => Promise.resolve(left));
    });
    this.#prune(() => this.#known());
  }

  /** Resolves when what was begun has ended. */
  get settled(): Promise<void> {
    return this.#pruning;
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  /** Addresses that secret storage has ever kept accounts of. */
  async #known(): Promise<readonly string[]> {
    const { prefix } = accountSlots;
    const keys = (await this.parts.secrets.keys?.()) ?? [];
    return keys.filter((key) => key.startsWith(prefix)).map((key) => serverUrlOf(key.slice(prefix.length)));
  }

  #prune(candidates: () => Promise<readonly string[]>): void {
    const prune = async () => {
      const known = await candidates();
      const kept = new Set(this.parts.settings.urls);
      // An agent's own sign-in stands at the address of its server, with a fragment.
      const gone = known.filter((url) => !kept.has(url.split('#', 1)[0] ?? url));
      for (const url of gone) await this.parts.credentials.prune(url);
    };
    // Storage that fails now is pruned at the next start.
    this.#pruning = this.#pruning.then(prune).catch(() => undefined);
  }
}
