import { randomBytes } from 'node:crypto';
import type { Response } from 'express';
import type { OAuthRegisteredClientsStore } from '@modelcontextprotocol/sdk/server/auth/clients.js';
import { InvalidGrantError, InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import type {
  AuthorizationParams,
  OAuthServerProvider,
} from '@modelcontextprotocol/sdk/server/auth/provider.js';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type {
  OAuthClientInformationFull,
  OAuthTokenRevocationRequest,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js';

/** One authorization, with all its tokens. */
interface Grant {
  readonly clientId: string;
  readonly scopes: string[];
  readonly resource: URL | undefined;
  revoked: boolean;
}

/**
 * The provider behind the SDK's endpoints: opaque tokens with rotation. A reused refresh token ends its
 * grant.
 */
export class InMemoryProvider implements OAuthServerProvider {
  readonly #clients = new Map<string, OAuthClientInformationFull>();
  readonly #codes = new Map<string, { readonly grant: Grant; readonly challenge: string }>();
  readonly #access = new Map<string, { readonly grant: Grant; readonly expiresAt: number }>();
  readonly #refresh = new Map<string, { readonly grant: Grant; used: boolean }>();

  constructor(private readonly accessTokenSeconds: number) {}

  readonly clientsStore: OAuthRegisteredClientsStore = {
    getClient: (id) => this.#clients.get(id),
    registerClient: (client) => {
      const registered = client as OAuthClientInformationFull;
      this.#clients.set(registered.client_id, registered);
      return registered;
    },
  };

  authorize(
    client: OAuthClientInformationFull,
    params: AuthorizationParams,
    response: Response,
  ): Promise<void> {
    const { scopes = [], resource, codeChallenge, state, redirectUri } = params;
    const code = secret();
    const grant = { clientId: client.client_id, scopes, resource, revoked: false };
    this.#codes.set(code, { grant, challenge: codeChallenge });
    const answer = new URL(redirectUri);
    answer.searchParams.set('code', code);
    if (state !== undefined) answer.searchParams.set('state', state);
    response.redirect(answer.href);
    return Promise.resolve();
  }

  challengeForAuthorizationCode(client: OAuthClientInformationFull, code: string): Promise<string> {
    const issued = this.#codes.get(code);
    if (issued?.grant.clientId !== client.client_id)
      return Promise.reject(new InvalidGrantError('no such code'));
    return Promise.resolve(issued.challenge);
  }

  exchangeAuthorizationCode(client: OAuthClientInformationFull, code: string): Promise<OAuthTokens> {
    const issued = this.#codes.get(code);
    if (issued?.grant.clientId !== client.client_id)
      return Promise.reject(new InvalidGrantError('no such code'));
    this.#codes.delete(code);
    return Promise.resolve(this.#issue(issued.grant));
  }

  exchangeRefreshToken(client: OAuthClientInformationFull, token: string): Promise<OAuthTokens> {
    const held = this.#refresh.get(token);
    if (held?.grant.clientId !== client.client_id || held.grant.revoked) {
      return Promise.reject(new InvalidGrantError('no such refresh token'));
    }
    if (held.used) {
      held.grant.revoked = true;
      return Promise.reject(new InvalidGrantError('refresh token already used'));
    }
    held.used = true;
    return Promise.resolve(this.#issue(held.grant));
  }

  verifyAccessToken(token: string): Promise<AuthInfo> {
    const held = this.#access.get(token);
    if (held === undefined || held.grant.revoked)
      return Promise.reject(new InvalidTokenError('no such token'));
    const { clientId, scopes, resource } = held.grant;
    return Promise.resolve({
      token,
      clientId,
      scopes,
      expiresAt: held.expiresAt,
      ...(resource !== undefined && { resource }),
    });
  }

  revokeToken(client: OAuthClientInformationFull, { token }: OAuthTokenRevocationRequest): Promise<void> {
    const grant = (this.#refresh.get(token) ?? this.#access.get(token))?.grant;
    if (grant?.clientId === client.client_id) grant.revoked = true;
    return Promise.resolve();
  }

  #issue(grant: Grant): OAuthTokens {
    const [access, refresh] = [secret(), secret()];
    this.#access.set(access, { grant, expiresAt: Date.now() / 1000 + this.accessTokenSeconds });
    this.#refresh.set(refresh, { grant, used: false });
    return {
      access_token: access,
      refresh_token: refresh,
      token_type: 'Bearer',
      expires_in: this.accessTokenSeconds,
      scope: grant.scopes.join(' '),
    };
  }
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}
