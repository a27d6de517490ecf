import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

/** An action or refusal of the authorization server. */
export interface AuthorizationServerEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind:
    | 'registration'
    | 'registrationRefused'
    | 'authorization'
    | 'authorizationRefused'
    /** A user signed in at an identity provider. */
    | 'federatedLogin'
    /** A message from an identity provider, or in its name, was rejected. */
    | 'federatedLoginRefused'
    /** Tokens were issued for a code. */
    | 'token'
    /** Tokens were issued for a refresh token. */
    | 'refresh'
    | 'tokenRefused'
    /** A rotated refresh token was used again, and its grant was revoked. */
    | 'reuse'
    | 'revoked'
    | 'serverError';
  readonly clientId?: string;
  readonly sub?: string;
  /** The `resource` of the request, if present. */
  readonly resource?: string;
  /** The requested scopes, or the granted ones if tokens were issued. */
  readonly scope?: string;
  /** The `error` code of a refusal, or the reason for a failed federated login. */
  readonly error?: string;
}

/** Appends the provider's events to `events`. */
export function recordEvents(provider: Provider, events: AuthorizationServerEvent[]): void {
  const record = (
    kind: AuthorizationServerEvent['kind'],
    context: KoaContextWithOIDC,
    error?: { message: string },
  ) => {
    events.push({ at: Date.now(), kind, ...subjectOf(context), ...(error && { error: error.message }) });
  };
  provider.on('registration_create.success', (context, client) => {
    events.push({ at: Date.now(), kind: 'registration', ...subjectOf(context), clientId: client.clientId });
  });
  provider.on('registration_create.error', (context, error) => record('registrationRefused', context, error));
  provider.on('authorization.success', (context) => record('authorization', context));
  provider.on('authorization.error', (context, error) => record('authorizationRefused', context, error));
  provider.on('grant.success', (context) => {
    record(context.oidc.params?.['grant_type'] === 'refresh_token' ? 'refresh' : 'token', context);
  });
  provider.on('grant.error', (context, error) => {
    const reused = error.error_detail === 'refresh token already used';
    record(reused ? 'reuse' : 'tokenRefused', context, error);
  });
  provider.on('grant.revoked', (context) => record('revoked', context));
  provider.on('server_error', (context, error) => {
    console.error('demo authorization server:', error);
    record('serverError', context, error);
  });
}

function subjectOf({ oidc }: KoaContextWithOIDC): Partial<AuthorizationServerEvent> {
  const { AccessToken, RefreshToken, AuthorizationCode, Client } = oidc.entities;
  const clientId = Client?.clientId;
  const sub =
    (AccessToken ?? RefreshToken ?? AuthorizationCode)?.accountId ?? oidc.session?.accountId ?? undefined;
  const resource = oidc.params?.['resource'];
  const scope = AccessToken?.scope ?? oidc.params?.['scope'];
  return {
    ...(clientId !== undefined && { clientId }),
    ...(sub !== undefined && { sub }),
    ...(typeof resource === 'string' && { resource }),
    ...(typeof scope === 'string' && { scope }),
  };
}
