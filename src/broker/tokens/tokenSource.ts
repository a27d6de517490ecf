import type { Credential } from '../accounts/credential.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** How a request gets its token. */
export interface TokenSource {
  /** The credential to send now: of an account by its key, or the one in use here. */
  current(server: ServerConfig, account?: string): Promise<Credential | undefined>;
  /** After a 401 response to `refused`: returns a newer credential, or undefined if there is none. */
  after401(server: ServerConfig, refused: Credential): Promise<Credential | undefined>;
  /**
   * After a 403 response with `insufficient_scope` to `refused`: returns one with these scopes, if no user has to be
   * asked.
   */
  afterInsufficientScope(
    server: ServerConfig,
    refused: Credential,
    scopes: readonly string[],
  ): Promise<Credential | undefined>;
}
