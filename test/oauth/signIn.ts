import type { AuthorizationServer } from '../../src/oauth/authorizationServerMetadata.js';
import {
  buildAuthorizationRequest,
  type PendingAuthorization,
} from '../../src/oauth/authorizationRequest.js';
import {
  validateAuthorizationResponse,
  type ValidatedCallback,
} from '../../src/oauth/authorizationResponse.js';
import type { OAuthClient } from '../../src/oauth/oauthClient.js';
import { Redacted } from '../../src/base/redacted.js';
import type { TokenSet } from '../../src/oauth/tokenSet.js';

export const redirectUri = 'http://127.0.0.1:4711/callback';
export const resource = 'https://mcp.example/mcp';
export const now = Date.UTC(2030, 0, 1);

export function authorizationServer(
  issuer = 'https://as.example',
  more: Partial<AuthorizationServer> = {},
): AuthorizationServer {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    code_challenge_methods_supported: ['S256'],
    ...more,
  };
}

export const publicClient: OAuthClient = {
  clientId: 'client-1',
  authMethod: 'none',
  source: 'registered',
  redirectUris: [redirectUri],
};

/** A sign-in whose browser part is over: the callback carries `the-code`. */
export async function signInAt(
  as: AuthorizationServer,
  more: { readonly client?: OAuthClient; readonly scopes?: readonly string[] } = {},
): Promise<{ readonly pending: PendingAuthorization; readonly callback: ValidatedCallback }> {
  const { pending } = await buildAuthorizationRequest({
    as,
    client: more.client ?? publicClient,
    redirectUri,
    resource,
    scopes: more.scopes ?? ['a', 'b'],
  });
  const parameters = new URLSearchParams({ code: 'the-code', state: pending.state });
  return { pending, callback: validateAuthorizationResponse(pending, parameters) };
}

/** As from a server that gives no refresh token. */
export function accessTokenOnly(): TokenSet {
  return { accessToken: new Redacted('old-access'), tokenType: 'Bearer', scopes: ['a', 'b'] };
}

export function tokenSet(more: Partial<TokenSet> = {}): TokenSet {
  return {
    accessToken: new Redacted('old-access'),
    tokenType: 'Bearer',
    refreshToken: new Redacted('old-refresh'),
    scopes: ['a', 'b'],
    ...more,
  };
}
