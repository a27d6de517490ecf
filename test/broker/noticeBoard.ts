import type { WindowNotices } from '../../src/base/storage.js';

/** In-memory notices between windows that share a disk. As on a disk, they are text. */
export class NoticeBoard {
  readonly #notices = new Map<object, string>();
  readonly #listeners = new Map<object, () => void>();

  /** All text on the board. */
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
