import type { KoaContextWithOIDC, Provider } from 'oidc-provider';

/** Something the authorization server did or refused. */
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
    /** What came from an identity provider, or in its name, was not believed. */
    | 'federatedLoginRefused'
    /** Tokens for a code. */
    | 'token'
    /** Tokens for a refresh token. */
    | 'refresh'
    | 'tokenRefused'
    /** A rotated refresh token was shown again; its grant has been revoked. */
    | 'reuse'
    | 'revoked'
    | 'serverError';
  readonly clientId?: string;
  readonly sub?: string;
  /** The `resource` of the request, where it named one. */
  readonly resource?: string;
  /** The scopes asked for, or granted where tokens were issued. */
  readonly scope?: string;
  /** The `error` code of a refusal; of a federated login, the reason. */
  readonly error?: string;
}

/** Appends what the provider reports to `events`. */
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
