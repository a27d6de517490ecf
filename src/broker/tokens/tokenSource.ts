import type { Credential } from '../accounts/credential.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** How a request gets its token. */
export interface TokenSource {
  /** The credential to send now: of an account by its key, or the one in use here. */
  current(server: ServerConfig, account?: string): Promise<Credential | undefined>;
  /** After a 401 to `refused`: a newer credential, or undefined where there is none to be had. */
  after401(server: ServerConfig, refused: Credential): Promise<Credential | undefined>;
  /** After 403 `insufficient_scope` to `refused`: one with these scopes, where no user has to be asked. */
  afterInsufficientScope(
    server: ServerConfig,
    refused: Credential,
    scopes: readonly string[],
  ): Promise<Credential | undefined>;
}
