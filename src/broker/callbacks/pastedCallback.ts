import { addressOf } from '../../base/displayText.js';

/** An authorization response is far smaller; in characters. */
const longest = 16_384;

/**
 * The fault of a text that a user pasted as the address that their browser returned to.
 *
 * - `notAnAddress`: text, or an address of something other than a page
 * - `noState`: an address to which no authorization server redirected (RFC 6749 §4.1.2)
 * - `noResponse`: it has neither a code nor an error, such as the sign-in page
 * - `unexpected`: it belongs to no sign-in that waits here
 */
export type PastedCallback =
  | { readonly kind: 'callback'; readonly parameters: URLSearchParams; readonly path: string }
  | { readonly kind: 'notAnAddress' | 'noState' | 'noResponse' | 'unexpected' };

/** Determines whether a sign-in waits for a callback. */
interface ExpectedCallbacks {
  expects(callback: URLSearchParams, path: string): boolean;
}

/**
 * Reads an authorization response out of the address bar of a browser that could not bring it back itself. Which
 * machine the address names does not matter: only an authorization server that was asked here knows the `state`.
 */
export function pastedCallback(text: string, callbacks: ExpectedCallbacks): PastedCallback {
  const url = text.length > longest ? undefined : addressOf(text.trim());
  if (url === undefined || url.pathname === '') return { kind: 'notAnAddress' };
  const { parameters, path } = responseIn(url);
  if (!parameters.has('state')) return { kind: 'noState' };
  if (!parameters.has('code') && !parameters.has('error')) return { kind: 'noResponse' };
  return callbacks.expects(parameters, path)
    ? { kind: 'callback', parameters, path }
    : { kind: 'unexpected' };
}

/**
 * A web editor has one callback page for all extensions. It has the path in `vscode-path`, in addition to other
 * parameters of the editor (VS Code, `src/vs/code/browser/workbench/callback.html`).
 */
function responseIn({ pathname, searchParams }: URL): { parameters: URLSearchParams; path: string } {
  const ofEditor = (name: string) => name.startsWith('vscode-');
  const parameters = new URLSearchParams([...searchParams].filter(([name]) => !ofEditor(name)));
  return { parameters, path: searchParams.get('vscode-path') ?? pathname };
}
