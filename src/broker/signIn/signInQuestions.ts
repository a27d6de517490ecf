import type { AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import type { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { ExceptionName } from '../settings/oauthSettings.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/**
 * What only the person can answer in the course of a sign-in they began. Nothing of it is asked because of a
 * call or an agent: the browser has come before.
 */
export interface SignInQuestions {
  /**
   * Which of several authorization servers to sign in at.
   *
   * @returns undefined where the person chose none
   */
  authorizationServer(
    server: ServerConfig,
    issuers: readonly string[],
    signal: AbortSignal,
  ): Promise<string | undefined>;
  /** Whether the rule that `fault` found broken need not be kept, at this server and issuer, from now on. */
  acceptException(
    server: ServerConfig,
    name: ExceptionName,
    fault: OAuthFlowError,
    signal: AbortSignal,
  ): Promise<boolean>;
  /**
   * The id of a client registered by hand, which is kept in the server's settings.
   *
   * @returns undefined where there is none
   */
  clientId(server: ServerConfig, as: AuthorizationServer, signal: AbortSignal): Promise<string | undefined>;
}
