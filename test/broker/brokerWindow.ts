import { AccessTokens } from '../../src/broker/tokens/accessTokens.js';
import { AuthorizedFetch } from '../../src/broker/fetch/authorizedFetch.js';
import type { Credential } from '../../src/broker/accounts/credential.js';
import { CredentialStore } from '../../src/broker/accounts/credentialStore.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { ServerStates } from '../../src/broker/status/serverStates.js';
import type { UseHere } from '../../src/broker/tokens/useHere.js';
import type { Fetch } from '../../src/oauth/httpContext.js';
import { Redacted } from '../../src/base/redacted.js';
import { ManualClock } from './manualClock.js';
import { MemoryLock, MemoryLog, MemorySecrets } from './memoryStores.js';

/** Storage that the windows of one user share. */
export class SharedStorage {
  readonly lock = new MemoryLock();
  readonly clock = new ManualClock();
  readonly log = new MemoryLog();

  constructor(readonly secrets = new MemorySecrets()) {}
}

/** The broker's parts below sign-in, as one window creates them. */
export class BrokerWindow {
  readonly credentials: CredentialStore;
  readonly states: ServerStates;
  readonly tokens: AccessTokens;
  readonly authorizedFetch: AuthorizedFetch;

  get clock(): ManualClock {
    return this.shared.clock;
  }

  constructor(
    readonly shared = new SharedStorage(),
    network: Fetch = fetch,
    use?: UseHere,
  ) {
    const { secrets, lock, clock, log } = shared;
    this.credentials = new CredentialStore(secrets, log);
    this.states = new ServerStates(this.credentials, clock, false, use);
    const http = { fetch: network };
    this.tokens = new AccessTokens(this.credentials, this.states, lock, clock, log, http, undefined, use);
    this.authorizedFetch = new AuthorizedFetch(this.tokens, this.states, network, log);
  }
}

export function serverAt(url: string, name = 'server'): ServerConfig {
  return { name, url, headers: {}, oauth: {} };
}

/** Returns a refreshable sign-in of Alice at the authorization server `origin`, valid for five minutes. */
export function credentialFor(
  serverUrl: string,
  origin: string,
  clock: ManualClock,
  more: Partial<Omit<Credential, 'tokens'>> & { readonly tokens?: Partial<Credential['tokens']> } = {},
): Credential {
  return {
    id: 'sign-in-1',
    serverUrl,
    as: {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      revocation_endpoint: `${origin}/revoke`,
      code_challenge_methods_supported: ['S256'],
    },
    client: { clientId: 'client-1', authMethod: 'none', source: 'registered', redirectUris: [] },
    resource: serverUrl,
    account: { id: 'alice', label: 'alice@example.org' },
    obtainedAt: clock.now(),
    ...more,
    tokens: {
      accessToken: new Redacted('access-1'),
      tokenType: 'Bearer',
      refreshToken: new Redacted('refresh-1'),
      expiresAt: clock.now() + 300_000,
      scopes: ['repo:read'],
      ...more.tokens,
    },
  };
}
