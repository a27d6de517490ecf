import { shownAddress } from '../../base/displayText.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';

/*
 * The errors of grants without a user, each by its name.
 */

/** The settings name a workload's identity, and this process has no source of assertions. */
export function noAssertionSource(server: string): OAuthFlowError {
  return new OAuthFlowError(
    'assertionRequired',
    `“${server}” is used with a workload's identity, but this process has none.`,
    {
      field: 'oauth.grant',
      fix: 'Run it in an environment that provides a signed assertion of the workload.',
    },
  );
}

export function noAssertionFile(server: string): OAuthFlowError {
  return new OAuthFlowError(
    'assertionRequired',
    `“${server}” is used with a workload's identity, but its settings do not name the assertion file.`,
    {
      field: 'oauth.assertionFile',
      fix: 'Set oauth.assertionFile to the path of the file that holds the assertion.',
    },
  );
}

/** @param note a sentence about the machine that has the files */
export function assertionUnavailable(
  server: string,
  problem: string,
  note: string | undefined,
): OAuthFlowError {
  return new OAuthFlowError(
    'assertionRequired',
    `The workload's assertion for “${server}” is not available: ${problem}.${note === undefined ? '' : ` ${note}`}`,
    {
      field: 'oauth.assertionFile',
      fix: 'Check the path, and make sure that this process can read the file.',
    },
  );
}

export function assertionExpired(server: string): OAuthFlowError {
  return new OAuthFlowError('assertionRequired', `The workload's assertion for “${server}” has expired.`, {
    field: 'oauth.assertionFile',
    fix: 'Make sure that its platform renews it.',
  });
}

/** A server could name an authorization server of its own, to receive an assertion that is valid at another. */
export function assertionOfAnotherIssuer(server: string, issuer: string): OAuthFlowError {
  return new OAuthFlowError(
    'clientOfAnotherIssuer',
    `The workload's assertion is not for ${shownAddress(issuer)}, the authorization server that “${server}” names.`,
    {
      url: shownAddress(issuer),
      field: 'oauth.authorizationServer',
      fix: 'Get one with that audience, or, if you trust it, configure the issuer as oauth.authorizationServer.',
    },
  );
}

export function noIdentityProvider(): OAuthFlowError {
  return new OAuthFlowError('clientIdRequired', 'No identity provider of your organization is configured.', {
    field: 'mcpOAuthBroker.enterpriseIdentityProvider',
    fix: 'Add its issuer and your client ID to the settings.',
  });
}
