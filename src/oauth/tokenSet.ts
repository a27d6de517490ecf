import type { DpopKey } from './dpop.js';
import type { Redacted } from '../base/redacted.js';

/** What a sign-in yields. */
export interface TokenSet {
  readonly accessToken: Redacted;
  readonly tokenType: 'Bearer' | 'DPoP';
  /** Present with the type DPoP: the key both tokens are bound to. */
  readonly dpopKey?: DpopKey;
  readonly refreshToken?: Redacted;
  /** Milliseconds since the epoch; absent if the server did not say. */
  readonly expiresAt?: number | undefined;
  /** As granted. */
  readonly scopes: readonly string[];
  /**
   * Only for an identity provider, whose ID token is exchanged at other servers. Those of other servers are not
   * stored.
   */
  readonly idToken?: Redacted;
  readonly idTokenClaims?: IdTokenClaims;
}

/** The claims of an ID token that name the account (OpenID Connect Core §5.1). */
export interface IdTokenClaims {
  readonly sub: string;
  readonly email?: string;
  readonly preferred_username?: string;
  readonly name?: string;
}
