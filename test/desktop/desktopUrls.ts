/** The parts of an address that a URI handler reads. */
export interface OpenedUri {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

/** A window of a desktop editor, as the main process knows it. */
export interface DesktopWindow {
  readonly id: number;
  /** Undefined if its profile does not have the extension. */
  readonly handleUri: ((uri: OpenedUri) => void) | undefined;
}

/** Where an address ends up. */
export type Opened =
  DesktopWindow | 'dropped by the browser' | 'lost: the window lacks the extension' | 'no window';

/**
 * How an address such as `vscode://publisher.name/callback?…` gets from a browser to a window of a desktop VS Code.
 * Written after VS Code's source, which each part names; nothing of it is copied.
 */
export class DesktopUrls {
  /** In the order in which they connected to the main process: one that is reloaded connects again. */
  #connections: DesktopWindow[] = [];
  #lastActive: DesktopWindow | undefined;

  /** @param browser Chromium on Windows drops long addresses */
  constructor(private readonly browser: 'Chromium on Windows' | 'another' = 'another') {}

  /** Remote windows are windows of the same main process (`src/vs/platform/windows/electron-main/windowsMainService.ts`). */
  open(id: number, handleUri?: DesktopWindow['handleUri']): DesktopWindow {
    const window = { id, handleUri };
    this.#connections.push(window);
    this.#lastActive = window;
    return window;
  }

  /** It keeps its id (`src/vs/platform/windows/electron-main/windowImpl.ts`). */
  reload(window: DesktopWindow): void {
    this.#connections = [...this.#connections.filter((one) => one !== window), window];
  }

  close(window: DesktopWindow): void {
    this.#connections = this.#connections.filter((one) => one !== window);
    if (this.#lastActive === window) this.#lastActive = this.#connections.at(-1);
  }

  focus(window: DesktopWindow): void {
    this.#lastActive = window;
  }

  /** What `env.asExternalUri` gives for an own address (`RelayURLService.create` in `src/vs/workbench/services/url/electron-browser/urlService.ts`). */
  externalUri(window: DesktopWindow, uri: string): string {
    return `${uri}${uri.includes('?') ? '&' : '?'}windowId=${window.id}`;
  }

  /** The browser is redirected to an address. */
  follow(address: string): Opened {
    // Chromium's `OpenExternalOnWorkerThread` in `chrome/browser/platform_util_win.cc`.
    if (this.browser === 'Chromium on Windows' && `"${address}"`.length > 2048)
      return 'dropped by the browser';
    const uri = parsed(address);
    const window = this.#routed(uri) ?? this.#lastActive;
    if (window === undefined) return 'no window';
    // `ExtensionUrlHandler.handleUnhandledURL` in `src/vs/workbench/services/extensions/browser/extensionUrlHandler.ts`
    // offers to install it, from where there may be nothing to install.
    if (window.handleUri === undefined) return 'lost: the window lacks the extension';
    window.handleUri(uri);
    return window;
  }

  /** `URLHandlerRouter` in `src/vs/platform/url/common/urlIpc.ts`: neither expression has an end. */
  #routed({ query }: OpenedUri): DesktopWindow | undefined {
    const [, windowId] = /\bwindowId=(\d+)/.exec(query) ?? [];
    if (windowId === undefined) return undefined;
    const name = new RegExp(`window:${windowId}`);
    return this.#connections.find(({ id }) => name.test(`window:${id}`));
  }
}

/** `URI.parse` in `src/vs/base/common/uri.ts`: each component is decoded once, and stays as it is if it cannot be. */
function parsed(address: string): OpenedUri {
  const [, scheme = '', authority = '', path = '', query = ''] =
    /^([^:/?#]+):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?/.exec(address) ?? [];
  return { scheme, authority: decoded(authority), path: decoded(path), query: decoded(query) };
}

function decoded(text: string): string {
  return text.replace(/(%[0-9A-Za-z][0-9A-Za-z])+/g, gracefully);
}

function gracefully(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.length > 3 ? text.slice(0, 3) + gracefully(text.slice(3)) : text;
  }
}
