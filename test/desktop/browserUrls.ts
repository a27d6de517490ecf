import type { OpenedUri } from './desktopUrls.js';

/** A tab with an editor. Its numbers begin at 1, as in every other tab. */
interface Tab {
  lastNumber: number;
  readonly pending: Set<number>;
  readonly handleUri: (uri: OpenedUri) => void;
}

/**
 * How a callback gets to a tab of an editor in a browser: its page leaves it in the storage of the browser's profile,
 * under a number, and each tab looks for those it waits for and takes them away. Two tabs can wait under one number.
 * Written after `LocalStorageURLCallbackProvider` in `src/vs/code/browser/workbench/workbench.ts` of VS Code and
 * `callback.html` beside it; nothing of it is copied.
 */
export class BrowserUrls {
  readonly #stored = new Map<number, OpenedUri>();
  readonly #tabs: Tab[] = [];

  open(handleUri: Tab['handleUri']): Tab {
    const tab = { lastNumber: 0, pending: new Set<number>(), handleUri };
    this.#tabs.push(tab);
    return tab;
  }

  /** What `env.asExternalUri` gives for an own address. */
  externalUri(tab: Tab, path: string): string {
    const number = ++tab.lastNumber;
    this.#stored.delete(number);
    tab.pending.add(number);
    const query = new URLSearchParams({
      ...{ 'vscode-reqid': String(number), 'vscode-scheme': 'code-oss' },
      ...{ 'vscode-authority': 'publisher.broker', 'vscode-path': path },
    });
    return `https://editor.example/callback?${query.toString()}`;
  }

  /**
   * The browser is redirected to an address.
   *
   * @param first the tab that the browser tells of it first
   */
  follow(address: string, first: Tab): void {
    const { searchParams } = new URL(address);
    const number = Number(searchParams.get('vscode-reqid'));
    const path = searchParams.get('vscode-path') ?? '';
    for (const name of [...searchParams.keys()]) if (name.startsWith('vscode-')) searchParams.delete(name);
    this.#stored.set(number, {
      scheme: 'code-oss',
      authority: 'publisher.broker',
      path,
      query: searchParams.toString(),
    });
    for (const tab of [first, ...this.#tabs.filter((one) => one !== first)]) this.#look(tab);
  }

  #look({ pending, handleUri }: Tab): void {
    for (const number of [...pending]) {
      const uri = this.#stored.get(number);
      if (uri === undefined) continue;
      this.#stored.delete(number);
      pending.delete(number);
      handleUri(uri);
    }
  }
}
