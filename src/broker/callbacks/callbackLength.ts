import { identifierOf, type AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';

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
