import type * as vscode from 'vscode';
import { isCallbackPath } from '../broker/clients/callbackPath.js';
import type { PendingCallbacks } from '../broker/signIn/pendingCallbacks.js';
import type { Clock, Disposable, Log, SecretStore } from '../broker/ports.js';
import { sha256 } from '../broker/sha256.js';

const prefix = 'callback ';
/** A callback nobody picked up; the window that waits does so at once. In milliseconds. */
const keptFor = 60_000;
/** An authorization response is far smaller; whatever opens our address may send anything. */
const longestQuery = 16_384;
const mostKept = 8;

/** What sort of editor it is that the callback comes to. */
export interface CallbackEditor {
  /** Whether addresses come through the operating system, and so decoded: see {@link parametersOf}. */
  readonly isDesktop: boolean;
  /** Whether other windows of this editor may be the ones that wait. */
  readonly isShared: boolean;
}

/**
 * The authorization response on its way from the browser (RFC 6749 §4.1.2). It may come late, twice, from a
 * stranger or in a window that waits for nothing, and then changes nothing. On a desktop the window that was
 * last in front gets it, so one that is not waited for here is shown to the other windows, sealed in
 * SecretStorage: a code is as secret as a token.
 */
export class CallbackUri implements vscode.UriHandler, Disposable {
  readonly #subscription: Disposable;
  readonly #kept = new Map<string, Disposable>();

  constructor(
    private readonly callbacks: PendingCallbacks,
    private readonly secrets: SecretStore,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly editor: CallbackEditor,
  ) {
    this.#subscription = secrets.onDidChange((key) => {
      if (editor.isShared && key.startsWith(prefix) && !this.#kept.has(key))
        this.#ignoreFailure(this.#pickUp(key));
    });
  }

  handleUri(uri: vscode.Uri): void {
    if (!isCallbackPath(uri.path) || uri.query.length > longestQuery) return;
    const parameters = parametersOf(uri, this.editor.isDesktop);
    if (this.callbacks.deliver(parameters, uri.path)) return;
    if (this.editor.isShared) this.#ignoreFailure(this.#handOver(uri.path, parameters));
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const key of [...this.#kept.keys()]) this.#ignoreFailure(this.#forget(key));
  }

  async #handOver(path: string, parameters: URLSearchParams): Promise<void> {
    const states = parameters.getAll('state');
    const [state] = states;
    if (state === undefined || states.length !== 1 || this.#kept.size >= mostKept) return;
    const key = prefix + (await sha256(state));
    if (this.#kept.has(key)) return;
    this.#kept.set(
      key,
      this.clock.after(keptFor, () => this.#ignoreFailure(this.#forget(key))),
    );
    await this.secrets.set(key, `${path}?${parameters.toString()}`);
  }

  async #pickUp(key: string): Promise<void> {
    const [path, query] = (await this.secrets.get(key))?.split('?', 2) ?? [];
    if (path === undefined || query === undefined) return;
    if (this.callbacks.deliver(new URLSearchParams(query), path)) await this.secrets.delete(key);
  }

  async #forget(key: string): Promise<void> {
    this.#kept.get(key)?.dispose();
    this.#kept.delete(key);
    await this.secrets.delete(key);
  }

  #ignoreFailure(work: Promise<void>): void {
    // The sign-in that waits for it has a deadline of its own, and its person is told there.
    work.catch(() => this.log.warn('A callback for another window could not be handed over.'));
  }
}

/**
 * The parameters of a callback, each value as the authorization server meant it. A web editor hands the query
 * over as it came. A desktop's has been decoded once, when the address was parsed, and is not decoded again: a
 * code with `%2B` in it comes as `+`, which is no space. An `&` inside a value cannot be told from one between
 * values any more; it breaks off that value and nothing else, since no value we use has one.
 */
function parametersOf({ query }: vscode.Uri, isDesktop: boolean): URLSearchParams {
  if (!isDesktop) return new URLSearchParams(query);
  const encoded = query.split('&').map((pair) => {
    const literal = pair.replaceAll('%', '%25');
    // The one value that is a sentence: there, a `+` was a space (RFC 6749 appendix B).
    return pair.startsWith('error_description=') ? literal : literal.replaceAll('+', '%2B');
  });
  return new URLSearchParams(encoded.join('&'));
}
