import {
  authorizationRefused,
  callbackOfAnotherIssuer,
  callbackWithoutIssuer,
  invalidCallback,
} from './flowErrors.js';
import * as oauth from 'oauth4webapi';
import type { PendingAuthorization } from './authorizationRequest.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { isVisibleText, displayText, shownAddress } from '../base/displayText.js';

/** A callback that has been checked. It holds the code and therefore prints nothing of it. */
export class ValidatedCallback {
  readonly #parameters: URLSearchParams;

  /** @param state of the sign-in the callback was checked against */
  constructor(
    readonly state: string,
    parameters: URLSearchParams,
  ) {
    this.#parameters = parameters;
  }

  /** The parameters, for the token request alone. */
  expose(): URLSearchParams {
    return this.#parameters;
  }
}

/**
 * Checks the response that the browser returned: first `state`, then repeated parameters, then `iss` (also of
 * errors), and only then its content.
 *
 * @throws OAuthFlowError `stateMismatch`, `invalidCallback`, `callbackIssuerMismatch`, `accessDenied`,
 *   `authorizationRefused`
 * @see RFC 6749 §4.1.2, RFC 9207 §2.4
 */
export function validateAuthorizationResponse(
  pending: PendingAuthorization,
  callback: URLSearchParams,
): ValidatedCallback {
  const { as, state } = pending;
  const host = shownAddress(as.issuer);
  // Every value is compared, so that the duration does not reveal which one was close.
  const matches = callback.getAll('state').map((value) => equalInConstantTime(value, state));
  if (!matches.includes(true)) {
    throw new OAuthFlowError('stateMismatch', 'The callback does not belong to this sign-in.');
  }
  const repeated = [...callback.keys()].find((name, index, names) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw invalidCallback(host, 'repeats a parameter', displayText(repeated));

  const iss = callback.get('iss');
  if (iss === null && as.authorization_response_iss_parameter_supported === true) {
    throw callbackWithoutIssuer(host);
  }
  if (iss !== null && iss !== as.issuer) {
    throw callbackOfAnotherIssuer(host, iss);
  }

  const error = callback.get('error');
  if (error !== null) throw authorizationRefused(host, error, callback.get('error_description'));
  const code = callback.get('code');
  if (!code) throw invalidCallback(host, 'has neither a code nor an error', 'code');
  if (!isVisibleText(code)) throw invalidCallback(host, 'has an invalid code', 'code');
  try {
    const client: oauth.Client = { client_id: pending.client.clientId };
    return new ValidatedCallback(state, oauth.validateAuthResponse(as, client, callback, state));
  } catch {
    throw invalidCallback(host, 'is not a response to a request for a code', undefined);
  }
}

function equalInConstantTime(given: string, expected: string): boolean {
  let difference = given.length ^ expected.length;
  for (let at = 0; at < expected.length; at++) {
    difference |= expected.charCodeAt(at) ^ (at < given.length ? given.charCodeAt(at) : 0);
  }
  return difference === 0;
}
