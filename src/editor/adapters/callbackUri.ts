import type * as vscode from 'vscode';
import { isCallbackPath, type PendingCallbacks } from '../../broker/callbacks/pendingCallbacks.js';
import { errorName } from '../../base/errorName.js';
import type { Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import {
  handedCallback,
  type CallbackWay,
  type HandedCallback,
} from '../../broker/callbacks/handedCallback.js';

interface CallbackAddress {
  readonly path: string;
  readonly query: string;
}

/** An authorization response is far shorter, but any program that opens the URI can send any data. */
const longestQuery = 16_384;

/**
 * Receives the authorization response from the browser (RFC 6749 §4.1.2). A response may be late, repeated,
 * forged or delivered to a window that does not wait for it, and then has no effect in this window. A window
 * can receive the callback of another one: on a desktop, `state` contains the ID of the waiting window, but
 * that window may be closed, and the editor's search for `window:1` also matches `window:10`. In a browser,
 * two tabs may wait with the same number. Therefore, the response is passed on through the first channel on
 * which another window is known to wait.
 */
export class CallbackUri implements vscode.UriHandler, Disposable {
  /**
   * @param ways the channels to other windows, best first; they are disposed of together with this object
   * @param editor.isDesktop whether URIs arrive through the operating system, and are therefore decoded: see
   *   {@link parametersOf}
   */
  constructor(
    private readonly callbacks: PendingCallbacks,
    private readonly ways: readonly (CallbackWay & Disposable)[],
    private readonly log: Log,
    private readonly editor: { readonly isDesktop: boolean },
  ) {}

  handleUri(uri: CallbackAddress): void {
    if (!isCallbackPath(uri.path) || uri.query.length > longestQuery) return;
    const parameters = parametersOf(uri, this.editor.isDesktop);
    if (this.callbacks.deliver(parameters, uri.path)) return;
    void this.#handOver(uri.path, parameters);
  }

  dispose(): void {
    for (const way of this.ways) way.dispose();
  }

  async #handOver(path: string, parameters: URLSearchParams): Promise<void> {
    const callback = await handedCallback(path, parameters);
    if (callback === undefined) return;
    for (const way of this.ways) {
      if (await this.#hand(callback, way)) return;
    }
  }

  async #hand(callback: HandedCallback, way: CallbackWay): Promise<boolean> {
    try {
      return await way.hand(callback);
    } catch (error) {
      // The waiting sign-in has its own deadline, and reports to the user when it passes.
      this.log.warn(`A callback could not be passed to another window (${errorName(error)}).`);
      return false;
    }
  }
}

/**
 * Returns the parameters of a callback with the values that the authorization server sent. A web editor
 * passes the query on unchanged. A desktop editor has already decoded it once when it parsed the URI, so it
 * is not decoded again: a code with `%2B` arrives with `+`, which is not a space. An `&` inside a value can
 * no longer be distinguished from a separator and truncates that value, which is harmless because no value in
 * use contains one.
 */
function parametersOf({ query }: CallbackAddress, isDesktop: boolean): URLSearchParams {
  if (!isDesktop) return new URLSearchParams(query);
  const encoded = query.split('&').map((pair) => {
    const literal = pair.replaceAll('%', '%25');
    // This is the only value that is a sentence, so its `+` was a space (RFC 6749 appendix B).
    return pair.startsWith('error_description=') ? literal : literal.replaceAll('+', '%2B');
  });
  return new URLSearchParams(encoded.join('&'));
}
