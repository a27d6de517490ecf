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

/** An authorization response is far smaller; whatever opens our address may send anything. */
const longestQuery = 16_384;

/**
 * The authorization response on its way from the browser (RFC 6749 §4.1.2). It may come late, twice, from a
 * stranger or in a window that does not wait for it, and then changes nothing here. A window can get the callback of
 * another one: on a desktop the id of the window that waits is in `state`, but that window may be gone, and the
 * editor looks for `window:1` in a way that also finds `window:10`. In a browser two tabs may wait under the same
 * number. So it is handed over by the first way on which another window is known to wait.
 */
export class CallbackUri implements vscode.UriHandler, Disposable {
  /**
   * @param ways to other windows, best first; disposed with this
   * @param editor.isDesktop addresses come through the operating system, and so decoded: see {@link parametersOf}
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
      // The sign-in that waits for it has a deadline of its own, which tells its user.
      this.log.warn(`A callback could not be passed to another window (${errorName(error)}).`);
      return false;
    }
  }
}

/**
 * The parameters of a callback, each value as the authorization server meant it. A web editor hands the query
 * over as it came. A desktop's has been decoded once, when the address was parsed, and is not decoded again: a
 * code with `%2B` in it comes as `+`, which is no space. An `&` inside a value cannot be told from one between
 * values any more; it breaks off that value and nothing else, since no value we use has one.
 */
function parametersOf({ query }: CallbackAddress, isDesktop: boolean): URLSearchParams {
  if (!isDesktop) return new URLSearchParams(query);
  const encoded = query.split('&').map((pair) => {
    const literal = pair.replaceAll('%', '%25');
    // The one value that is a sentence: there, a `+` was a space (RFC 6749 appendix B).
    return pair.startsWith('error_description=') ? literal : literal.replaceAll('+', '%2B');
  });
  return new URLSearchParams(encoded.join('&'));
}
