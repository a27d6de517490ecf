import { sha256 } from '../../base/sha256.js';

/** How long a callback is kept for another window, which picks it up within a second. In milliseconds. */
export const handedFor = 60_000;
/** Callbacks that one window keeps for others at once. */
export const mostHanded = 8;

/** A callback on its way to the window that waits for it. */
export interface HandedCallback {
  /** Identifies the callback for the waiting window only: the hash of its `state`. */
  readonly name: string;
  readonly path: string;
  readonly parameters: URLSearchParams;
}

/** A way for a callback to another window. */
export interface CallbackWay {
  /** @returns whether it was handed over: false if no other window is known to wait for it */
  hand(callback: HandedCallback): Promise<boolean>;
}

/** The name of a `state` that others may read. */
export function nameOfState(state: string): Promise<string> {
  return sha256(state);
}

/** @returns undefined for parameters without exactly one `state`: no window waits for these */
export async function handedCallback(
  path: string,
  parameters: URLSearchParams,
): Promise<HandedCallback | undefined> {
  const [state, ...further] = parameters.getAll('state');
  if (state === undefined || further.length > 0) return undefined;
  return { name: await nameOfState(state), path, parameters };
}

export function callbackToText({ path, parameters }: HandedCallback): string {
  return `${path}?${parameters.toString()}`;
}

/** Reads what {@link callbackToText} wrote. */
export function callbackFromText(
  text: string,
): { readonly path: string; readonly parameters: URLSearchParams } | undefined {
  const [path, query] = text.split('?', 2);
  return path === undefined || query === undefined
    ? undefined
    : { path, parameters: new URLSearchParams(query) };
}
