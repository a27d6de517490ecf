import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import { errorName } from '../errorName.js';
import type { Log } from '../ports.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { SignInOutcome } from './signInOutcome.js';

/** How a sign-in ends on account of an error, and what the person's browser is told. */
export function signInFailure(
  error: unknown,
  server: ServerConfig,
  log: Log,
): { readonly outcome: SignInOutcome; readonly told: string } {
  if (!(error instanceof OAuthFlowError)) {
    log.error(`${server.name}: sign-in failed unexpectedly (${errorName(error)}).`);
    const unforeseen = new OAuthFlowError('unexpected', 'The sign-in failed for a reason nobody foresaw.', {
      fix: 'Show the log.',
    });
    return {
      outcome: { kind: 'failed', error: unforeseen },
      told: 'The reason is not known; the log of MCP OAuth Broker may say more.',
    };
  }
  log.warn(`${server.name}: sign-in failed (${error.code}). ${error.message}`);
  return {
    outcome:
      error.code === 'accessDenied'
        ? { kind: 'declined', by: 'authorizationServer', detail: error.message }
        : { kind: 'failed', error },
    told: error.advice,
  };
}
