import type { WindowNotices } from '../../src/base/storage.js';

/** What windows that share a disk tell each other, in memory; as on a disk, it is text. */
export class NoticeBoard {
  readonly #notices = new Map<object, string>();
  readonly #listeners = new Map<object, () => void>();

  /** Everything that can be read on it. */
  get text(): string {
    return [...this.#notices.values()].join('\n');
  }

  for(window: object): WindowNotices {
    const tell = () => {
      for (const [other, listener] of this.#listeners) if (other !== window) listener();
    };
    return {
      post: (notice) => {
        this.#notices.set(window, JSON.stringify(notice));
        tell();
        return Promise.resolve();
      },
      others: () => {
        const others = [...this.#notices].filter(([other]) => other !== window);
        return Promise.resolve(others.map(([, notice]) => JSON.parse(notice) as unknown));
      },
      onDidChange: (listener) => {
        this.#listeners.set(window, listener);
        return { dispose: () => void this.#listeners.delete(window) };
      },
      dispose: () => {
        this.#notices.delete(window);
        tell();
      },
    };
  }
}
