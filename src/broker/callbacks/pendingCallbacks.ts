import { Emitter } from '../../base/event.js';
import type { Disposable } from '../../base/clock.js';
import { identifierOf, type AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import { sha256 } from '../../base/sha256.js';

interface Waiting {
  readonly path: string;
  readonly onCallback: (callback: URLSearchParams) => void;
}

/**
 * Authorization responses on their way back, by `state`. A callback can arrive twice, late, in another
 * window or from a stranger; whatever belongs to no waiting request changes nothing (RFC 6749 §10.12).
 */
export class PendingCallbacks {
  readonly #waiting = new Map<string, Waiting>();
  readonly #changes = new Emitter<void>();

  /** Other callbacks are waited for. */
  readonly onDidChange = this.#changes.event;

  /** The `state` of each authorization response that is waited for here. */
  get states(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  /**
   * Waits for the one callback that carries `state`; it is handed over at most once.
   *
   * @param path of the redirect URI that was sent with `state`
   */
  expect(
    state: string,
    onCallback: (callback: URLSearchParams) => void,
    path: string = callbackPath,
  ): Disposable {
    this.#waiting.set(state, { path, onCallback });
    this.#changes.fire();
    return {
      dispose: () => {
        if (this.#waiting.delete(state)) this.#changes.fire();
      },
    };
  }

  /** Whether {@link deliver} would hand it over; nothing is taken from it. */
  expects(callback: URLSearchParams, path: string = callbackPath): boolean {
    return this.#waitingFor(callback, path) !== undefined;
  }

  /**
   * Passes a callback to the sign-in that waits for it.
   *
   * @param path the path that it arrived at
   * @returns whether a sign-in was waiting for it there
   */
  deliver(callback: URLSearchParams, path: string = callbackPath): boolean {
    const found = this.#waitingFor(callback, path);
    if (found === undefined) return false;
    this.#waiting.delete(found.state);
    found.onCallback(callback);
    this.#changes.fire();
    return true;
  }

  #waitingFor(callback: URLSearchParams, path: string): (Waiting & { readonly state: string }) | undefined {
    const states = callback.getAll('state');
    const [state] = states;
    if (state === undefined || states.length !== 1) return undefined;
    const waiting = this.#waiting.get(state);
    return waiting?.path === path ? { ...waiting, state } : undefined;
  }
}

/** The path for authorization responses, below the URI handler's authority or the loopback listener's. */
export const callbackPath = '/callback';

/**
 * The path of the redirect URI at one issuer. An issuer that does not identify itself in its responses (RFC 9207)
 * gets a path of its own if the client can register it, so that a code of another issuer arrives at a different path
 * than the one its sign-in waits at (RFC 9700 §4.4.2.1). A client that was not registered by the broker has one path
 * for all issuers.
 */
export async function callbackPathFor(as: AuthorizationServer): Promise<string> {
  if (as.authorization_response_iss_parameter_supported === true) return callbackPath;
  return `${callbackPath}/${(await sha256(identifierOf(as))).slice(0, 16)}`;
}

/** Whether an authorization response can arrive at a path at all. */
export function isCallbackPath(path: string): boolean {
  return path === callbackPath || /^\/callback\/[0-9a-f]{16}$/.test(path);
}

/**
 * What a browser passes to another application, in characters: on Windows, Chromium drops a longer address without
 * a word (`kMaxUrlLength` of 2,048 in `chrome/browser/platform_util_win.cc`, with a quotation mark at each end).
 */
export const longestCallback = 2_046;

/** An editor's own address, with the path for one issuer. */
const redirectUri = 100;
/** RFC 6749 §4.1.2 sets no limit; apart from those known to be longer, codes stay well below this. */
const usualCode = 512;
/** `state`: 256 random bits in base64url, and the window's id. */
const state = '&state='.length + 43 + '.windowId%3D'.length + 6;
/** What servers add that the standards do not name, such as `session_state` and `scope`. */
const unforeseen = 128;

/** Whether a callback from this authorization server to an editor's own address may be too long to arrive. */
export function isCallbackTooLong(as: AuthorizationServer, policy: { readonly longCodes?: true }): boolean {
  if (policy.longCodes === true) return true;
  const issuer =
    as.authorization_response_iss_parameter_supported === true
      ? '&iss='.length + encodeURIComponent(identifierOf(as)).length
      : 0;
  return redirectUri + '?code='.length + usualCode + state + issuer + unforeseen > longestCallback;
}
