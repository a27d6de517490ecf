import { defined } from '../base/defined.js';
import { displayText, sentence, shownAddress } from '../base/displayText.js';
import { OAuthFlowError, refusalFix, type OAuthFlowErrorCode } from './oauthFlowError.js';

/**
 * The errors of the protocol's steps, each with its own factory. A step throws the error; its message and its fix are
 * here.
 */

/** The error response of an authorization server (RFC 6749 §5.2). */
interface ErrorResponse {
  readonly error: string;
  readonly description?: string;
}

/** A request that the authorization server answered with an error, and the usual fix for that error. */
function refusedRequest(
  code: OAuthFlowErrorCode,
  text: string,
  endpoint: string,
  status: number,
  oauthError: string | undefined,
  fix?: string,
): OAuthFlowError {
  const details = { url: shownAddress(endpoint), status, oauthError, fix, ...refusalFix(oauthError, status) };
  return new OAuthFlowError(code, text, defined(details));
}

export function tokenRefused(
  endpoint: string,
  status: number,
  { error, description }: ErrorResponse,
): OAuthFlowError {
  const because = description === undefined ? '' : `, ${description}`;
  const text = sentence(`${shownAddress(endpoint)} refused to issue a token: ${error}${because}`);
  return refusedRequest('tokenRequestRefused', text, endpoint, status, error);
}

/** @param status of a response that names no error */
export function noTokenIssued(endpoint: string, status: number): OAuthFlowError {
  const code = status >= 400 && status <= 499 ? 'tokenRequestRefused' : 'unexpectedStatus';
  const text = `${shownAddress(endpoint)} issued no token: status ${status}.`;
  return refusedRequest(code, text, endpoint, status, undefined);
}

export function invalidTokenResponse(endpoint: string, problem: string): OAuthFlowError {
  const url = shownAddress(endpoint);
  return new OAuthFlowError(
    'invalidTokenResponse',
    `The token response of ${url} cannot be used: ${problem}.`,
    { url },
  );
}

/** RFC 8628 §3.2 */
export function noDeviceCode(
  endpoint: string,
  status: number,
  response: ErrorResponse | undefined,
): OAuthFlowError {
  const why = response?.description ?? response?.error ?? `status ${status}`;
  const text = sentence(`${shownAddress(endpoint)} returned no device code: ${why}`);
  const fix = 'Sign in with the browser.';
  return refusedRequest('authorizationRefused', text, endpoint, status, response?.error, fix);
}

/** RFC 8628 §3.2 */
export function invalidDeviceResponse(endpoint: string, field: string): OAuthFlowError {
  const url = shownAddress(endpoint);
  return new OAuthFlowError(
    'invalidTokenResponse',
    `The response of ${url} cannot be used: "${field}" is missing or invalid.`,
    { url, field, fix: 'Sign in with the browser.' },
  );
}

export function deviceFlowNotOffered(issuer: string): OAuthFlowError {
  const url = shownAddress(issuer);
  return new OAuthFlowError('deviceFlowNotOffered', `${url} does not support device-code sign-in.`, {
    url,
    field: 'device_authorization_endpoint',
    fix: 'Sign in with the browser.',
  });
}

/** RFC 8628 §3.5 */
export function deviceAccessDenied(issuer: string): OAuthFlowError {
  const url = shownAddress(issuer);
  const oauthError = 'access_denied';
  return new OAuthFlowError('accessDenied', `${url} reported access denied.`, { url, oauthError });
}

/** RFC 8628 §3.5 */
export function deviceCodeExpired(issuer: string): OAuthFlowError {
  const url = shownAddress(issuer);
  return new OAuthFlowError('deviceCodeExpired', `The code of ${url} has expired.`, {
    url,
    oauthError: 'expired_token',
    fix: 'Sign in with a code again.',
  });
}

/** RFC 9126 §2.3 */
export function pushedRequestRefused(
  endpoint: string,
  status: number,
  response: ErrorResponse | undefined,
): OAuthFlowError {
  const { error, description } = response ?? {};
  const because = description === undefined ? '' : `, ${description}`;
  const why = `${error ?? `status ${status}`}${because}`;
  const text = sentence(`${shownAddress(endpoint)} rejected the pushed authorization request (PAR): ${why}`);
  return refusedRequest('authorizationRefused', text, endpoint, status, error);
}

/** RFC 9126 §5: pushed requests are required and cannot be sent. */
export function noPushEndpoint(issuer: string, field: string): OAuthFlowError {
  const url = shownAddress(issuer);
  return new OAuthFlowError(
    'invalidMetadata',
    `${url} requires pushed authorization requests (PAR), but has no "${field}".`,
    { url, field, fix: 'Ask its administrator to publish it.' },
  );
}

/** RFC 9126 §2.2 */
export function noRequestUri(endpoint: string): OAuthFlowError {
  return new OAuthFlowError(
    'invalidMetadata',
    `The response of ${shownAddress(endpoint)} to the pushed authorization request has no "request_uri".`,
    {
      url: shownAddress(endpoint),
      field: 'request_uri',
      fix: `Tell the administrator of ${new URL(endpoint).host}, who must fix its response (RFC 9126).`,
    },
  );
}

/** The callback names no issuer, though its server always does (RFC 9207 §2.4). */
export function callbackWithoutIssuer(host: string): OAuthFlowError {
  return new OAuthFlowError(
    'callbackIssuerMismatch',
    `The callback does not name the authorization server that sent it, although ${host} always does.`,
    { url: host, field: 'iss', fix: 'Start the sign-in again.' },
  );
}

/** RFC 9207 §2.4 */
export function callbackOfAnotherIssuer(host: string, iss: string): OAuthFlowError {
  return new OAuthFlowError(
    'callbackIssuerMismatch',
    `The callback comes from ${shownAddress(iss)}, not from ${host}.`,
    {
      url: host,
      field: 'iss',
      fix: 'Start the sign-in again. If this happens again, do not trust the server.',
    },
  );
}

/** RFC 6749 §4.1.2.1 */
export function authorizationRefused(
  host: string,
  error: string,
  description: string | null,
): OAuthFlowError {
  const oauthError = displayText(error) ?? 'unknown';
  // Some end it as a sentence and some do not; here it ends one.
  const said = displayText(description)?.replace(/[.\s]+$/, '');
  if (error === 'access_denied') {
    const because = said === undefined ? '' : `: ${said}`;
    const text = sentence(`Access was denied at ${host}${because}.`);
    return new OAuthFlowError('accessDenied', text, { url: host, oauthError });
  }
  const because = said === undefined ? '' : `, ${said}`;
  const text = sentence(`${host} rejected the sign-in: ${oauthError}${because}.`);
  return new OAuthFlowError('authorizationRefused', text, {
    url: host,
    oauthError,
    ...refusalFix(oauthError),
  });
}

export function invalidCallback(host: string, problem: string, field: string | undefined): OAuthFlowError {
  const details = { url: host, field, fix: 'Start the sign-in again.' };
  return new OAuthFlowError('invalidCallback', `The callback for ${host} ${problem}.`, defined(details));
}

export function registrationUnsupported(issuer: string): OAuthFlowError {
  const url = shownAddress(issuer);
  return new OAuthFlowError('clientIdRequired', `${url} does not support dynamic client registration.`, {
    url,
    fix: 'Register a client there and enter its client ID.',
  });
}

/** RFC 7591 §3.2.2 */
export function registrationRefused(
  endpoint: string,
  status: number,
  response: ErrorResponse | undefined,
): OAuthFlowError {
  const why = response === undefined ? `status ${status}` : (response.description ?? response.error);
  const details = {
    url: shownAddress(endpoint),
    status,
    oauthError: response?.error,
    fix:
      status === 429
        ? 'Try again later, or enter the ID of a manually registered client.'
        : 'Register a client manually with the authorization server and enter its client ID.',
  };
  const text = sentence(`${new URL(endpoint).host} refused to register this client: ${why}`);
  return new OAuthFlowError('registrationRefused', text, defined(details));
}

/** RFC 7591 §3.2.1 */
export function invalidRegistration(endpoint: string, field: string, problem: string): OAuthFlowError {
  return unusableDocument(`The client registration at ${shownAddress(endpoint)}`, endpoint, {
    field,
    problem,
    fix: 'Register a client there manually and set its ID as oauth.clientId in the settings.',
  });
}

/** A client that must authenticate, and has nothing to do it with. */
export function clientCannotAuthenticate(
  clientId: string,
  lacks: 'key' | 'secret' | 'secretOrKey',
): OAuthFlowError {
  const { text, field, fix } = missingProofs[lacks];
  return new OAuthFlowError('clientIdRequired', `The client "${clientId}" ${text}.`, { field, fix });
}

const missingProofs = {
  key: {
    text: 'must authenticate with a key, but none is stored',
    field: 'clientKey',
    fix: 'Run “MCP OAuth: Set Client Key…”, then sign in again.',
  },
  secret: {
    text: 'must authenticate with a secret, but none is stored',
    field: 'clientSecret',
    fix: 'Sign in again to register the client again.',
  },
  secretOrKey: {
    text: 'has neither a secret nor a key, but must authenticate to get its own tokens',
    field: 'clientSecret',
    fix: 'Run “MCP OAuth: Set Client Secret…” or “MCP OAuth: Set Client Key…”.',
  },
} as const;

/** A document from a server with a missing or wrong field; `subject` names the document. */
export function unusableDocument(
  subject: string,
  at: URL | string,
  { field, problem, fix }: { readonly field: string; readonly problem: string; readonly fix: string },
): OAuthFlowError {
  return new OAuthFlowError('invalidMetadata', `${subject} cannot be used: "${field}" ${problem}.`, {
    url: shownAddress(at),
    field,
    fix,
  });
}
