import { defined } from '../base/defined.js';
import * as oauth from 'oauth4webapi';
import type { PendingAuthorization } from './authorizationRequest.js';
import { OAuthFlowError, refusalFix } from './oauthFlowError.js';
import { isVisibleText, sentence, displayText, shownAddress } from '../base/displayText.js';

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
 * Checks the answer that came back through the browser: `state` first, then repetition, then `iss`, on errors
 * too, and only then what it says.
 * @throws OAuthFlowError `stateMismatch`, `invalidCallback`, `callbackIssuerMismatch`, `accessDenied`,
 * `authorizationRefused`
 * @see RFC 6749 §4.1.2, RFC 9207 §2.4
 */
export function validateAuthorizationResponse(
  pending: PendingAuthorization,
  callback: URLSearchParams,
): ValidatedCallback {
  const { as, state } = pending;
  const host = shownAddress(as.issuer);
  // Every value is compared, so that the time taken tells nothing of which one was near.
  const matches = callback.getAll('state').map((value) => equalInConstantTime(value, state));
  if (!matches.includes(true)) {
    throw new OAuthFlowError('stateMismatch', 'The callback does not belong to this sign-in.');
  }
  const repeated = [...callback.keys()].find((name, index, names) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw invalidCallback(host, 'repeats a parameter', displayText(repeated));

  const iss = callback.get('iss');
  if (iss === null && as.authorization_response_iss_parameter_supported === true) {
    throw new OAuthFlowError(
      'callbackIssuerMismatch',
      `The callback does not name the authorization server that sent it, although ${host} always does.`,
      { url: host, field: 'iss', fix: 'Start the sign-in again.' },
    );
  }
  if (iss !== null && iss !== as.issuer) {
    throw new OAuthFlowError(
      'callbackIssuerMismatch',
      `The callback comes from ${shownAddress(iss)}, not from ${host}.`,
      {
        url: host,
        field: 'iss',
        fix: 'Start the sign-in again. If this happens again, do not trust the server.',
      },
    );
  }

  const error = callback.get('error');
  if (error !== null) throw refusal(host, error, callback.get('error_description'));
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

function refusal(host: string, error: string, description: string | null): OAuthFlowError {
  const oauthError = displayText(error) ?? 'unknown';
  // Some end it as a sentence and some do not; here it ends one.
  const said = displayText(description)?.replace(/[.\s]+$/, '');
  if (error === 'access_denied') {
    const because = said === undefined ? '' : `: ${said}`;
    return new OAuthFlowError('accessDenied', sentence(`Access was denied at ${host}${because}.`), {
      url: host,
      oauthError,
    });
  }
  const because = said === undefined ? '' : `, ${said}`;
  return new OAuthFlowError(
    'authorizationRefused',
    sentence(`${host} rejected the sign-in: ${oauthError}${because}.`),
    {
      url: host,
      oauthError,
      ...refusalFix(oauthError),
    },
  );
}

function invalidCallback(host: string, problem: string, field: string | undefined): OAuthFlowError {
  return new OAuthFlowError(
    'invalidCallback',
    `The callback for ${host} ${problem}.`,
    defined({
      url: host,
      field,
      fix: 'Start the sign-in again.',
    }),
  );
}

function equalInConstantTime(given: string, expected: string): boolean {
  let difference = given.length ^ expected.length;
  for (let at = 0; at < expected.length; at++) {
    difference |= expected.charCodeAt(at) ^ (at < given.length ? given.charCodeAt(at) : 0);
  }
  return difference === 0;
}
