import type { ClientKey } from './clientKey.js';
import type { Redacted } from './redacted.js';

/** How a client may prove itself (RFC 7591 §2). */
export const authMethods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
export type AuthMethod = (typeof authMethods)[number];

/** Where a registration can be managed, and the token for it (RFC 7592). */
export interface ClientManagement {
  readonly uri: string;
  readonly token: Redacted;
}

/** Who we are to one authorization server; never used at another. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret?: Redacted;
  /** For `private_key_jwt`. */
  readonly clientKey?: ClientKey;
  readonly authMethod: AuthMethod;
  /** `editor`: the editor's own, of which we know no more than whose accounts it is for. */
  readonly source: 'preRegistered' | 'registered' | 'clientIdMetadataDocument' | 'editor';
  /** Empty where the registration is not ours to know. */
  readonly redirectUris: readonly string[];
  /** Milliseconds since the epoch; absent: it does not expire. */
  readonly secretExpiresAt?: number;
  readonly management?: ClientManagement;
  /** Registered for one sign-in, with a redirect URI that does not come again. */
  readonly isOneTime?: true;
}
