import { jwtExpiry } from '../../oauth/jwtPart.js';
import { OAuthFlowError } from '../../oauth/oauthFlowError.js';
import type { Redacted } from '../../base/redacted.js';
import type { Credential } from '../accounts/credential.js';
import {
  identityProviderAsServer,
  type IdentityProviderConfig,
} from '../settings/identityProviderSetting.js';
import type { Clock } from '../../base/clock.js';
import type { IdentityProviderSession } from '../ports.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** Tokens of one sign-in, which never renew the same refresh token twice. */
interface SignInTokens {
  current(server: ServerConfig): Promise<Credential | undefined>;
  /** Tokens newer than these, if there are any. */
  after401(server: ServerConfig, refused: Credential): Promise<Credential | undefined>;
}

/** An assertion is asked for with it and checked elsewhere, by another clock; in milliseconds. */
const margin = 30_000;

/**
 * The user's one sign-in at their organization's identity provider, which vouches for them at every server.
 * It is stored as every sign-in is, and its ID token is renewed with its refresh token.
 */
export class EnterpriseIdentityProvider implements IdentityProviderSession {
  constructor(
    private readonly config: IdentityProviderConfig,
    private readonly tokens: SignInTokens,
    private readonly clock: Clock,
  ) {}

  get issuer(): string {
    return this.config.issuer;
  }

  get clientId(): string {
    return this.config.clientId;
  }

  /** @throws OAuthFlowError if the request to the identity provider failed; the sign-in is kept */
  async idToken(): Promise<Redacted | undefined> {
    const server = identityProviderAsServer(this.config);
    const held = await this.tokens.current(server);
    if (held?.client.clientId !== this.clientId) return undefined;
    const good = this.#goodIdToken(held);
    if (good !== undefined || held.tokens.refreshToken === undefined) return good;
    const renewed = await this.tokens.after401(server, held);
    return renewed && this.#goodIdToken(renewed);
  }

  #goodIdToken({ tokens }: Credential): Redacted | undefined {
    const { idToken } = tokens;
    const end = idToken && jwtExpiry(idToken);
    return end !== undefined && end > this.clock.now() + margin ? idToken : undefined;
  }
}

/** The need of a server that requires an identity provider while the user is not signed in there. */
export function identityProviderSignInRequired(server: string, issuer: string): OAuthFlowError {
  const { host } = new URL(issuer);
  return new OAuthFlowError(
    'identityProviderSignInRequired',
    `${server} relies on your organization's identity provider, ${host}, and you are not signed in there.`,
    { url: issuer, fix: 'Run “MCP OAuth: Sign In to Identity Provider…” once for all of these servers.' },
  );
}
