/** What to do about an `error` of RFC 6749 §4.1.2.1 and §5.2, RFC 8707 §2 or RFC 8628 §3.5. */
const fixes: ReadonlyMap<string, string> = new Map([
  [
    'invalid_client',
    'Check the client id and its secret or key; “MCP OAuth: Set Client Secret…” replaces it.',
  ],
  ['invalid_grant', 'Sign in again.'],
  [
    'invalid_scope',
    'Choose other scopes with “MCP OAuth: Sign In with Scopes…”, or in the settings as oauth.scopes.',
  ],
  [
    'invalid_target',
    'Ask its administrator for the audience of the server, and set oauth.audience, or oauth.omitResource where it takes no resource.',
  ],
  ['unauthorized_client', 'Ask its administrator to allow this client the way it signs in.'],
  [
    'unsupported_grant_type',
    'Choose another oauth.grant in the settings, or ask its administrator to allow this one.',
  ],
  ['unsupported_response_type', 'Ask its administrator to allow the client authorization codes.'],
  [
    'invalid_request',
    'Run “MCP OAuth: Diagnose Server…” and compare what is sent with what its documentation wants.',
  ],
  ['server_error', 'Try again later; if it stays so, tell its administrator.'],
  ['temporarily_unavailable', 'Try again later.'],
  ['slow_down', 'Try again in a while.'],
]);

/**
 * The one thing to do about a refusal of an authorization server, as a detail of the error.
 *
 * @param status of the answer, where it was one to us
 */
export function refusalFix(error: string | undefined, status?: number): { readonly fix?: string } {
  const known = error === undefined ? undefined : fixes.get(error);
  if (known !== undefined) return { fix: known };
  if (status === 429) return { fix: 'Wait a while and try again.' };
  return status !== undefined && status >= 500
    ? { fix: 'Try again later; if it stays so, tell its administrator.' }
    : {};
}
