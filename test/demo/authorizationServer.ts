import { exportJWK, generateKeyPair } from 'jose';
import { randomBytes } from 'node:crypto';
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { recordEvents, type AuthorizationServerEvent } from './authorizationServerEvents.js';
import { FederatedLogins, type FederatedLoginRecord } from './federation/federatedLogins.js';
import { FaultSwitch, type DemoFault } from './faultSwitch.js';
import { GrantStore } from './grantStore.js';
import { errorPage } from './interactionPages.js';
import { Interactions, type DemoResource } from './interactions.js';
import { listenOnLoopback } from './loopbackServer.js';
import { loadOidcProvider } from './oidcProvider.js';
import { userBySubject } from './people.js';
import { logRequest, type LoggedRequest } from './requestLog.js';

export type { DemoResource } from './interactions.js';
export type { AuthorizationServerEvent } from './authorizationServerEvents.js';

/** A public client with loopback and editor redirects that needs no registration. */
export const preRegisteredClientId = 'demo-preregistered';

/** A client that authenticates with a key, if {@link AuthorizationServerOptions.clientKey} is present. */
export const keyClientId = 'demo-with-key';

export interface AuthorizationServerOptions {
  /** If 0, the default, any free port is used. */
  readonly port?: number;
  /** Lifetime of an access token in seconds. */
  readonly accessTokenSeconds?: number;
  /** Path of the issuer, such as "/tenant". By default, the issuer has none. */
  readonly issuerPath?: string;
  /** Whether clients may register themselves (RFC 7591). True by default. */
  readonly dynamicRegistration?: boolean;
  /** Whether only pushed authorization requests are accepted (RFC 9126). */
  readonly requirePushedRequests?: boolean;
  /** Whether proofs must carry a nonce (RFC 9449 §8). */
  readonly requireDpopNonce?: boolean;
  /** Whether to start an OpenID provider and a SAML identity provider, which users may sign in with. */
  readonly federatedLogins?: boolean;
  /** If true, ID tokens contain a subject and neither name nor address. */
  readonly namesNobody?: boolean;
  /** The public half of the key (JWK) that {@link keyClientId} is registered with. */
  readonly clientKey?: object;
}

const day = 24 * 60 * 60;

/** Starts a real authorization server on loopback, with its own pages and the users of `people.ts`. */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions = {},
): Promise<DemoAuthorizationServer> {
  const { Provider: ProviderClass, errors } = await loadOidcProvider();
  const grants = new GrantStore();
  const resources = new Map<string, DemoResource>();
  const events: AuthorizationServerEvent[] = [];
  const requests: LoggedRequest[] = [];
  const faults = new FaultSwitch();
  const mount = options.issuerPath ?? '';
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const signingKey = { ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: 'demo' };
  let issuer = '';
  let federated: FederatedLogins | undefined;

  const server = await listenOnLoopback(options.port ?? 0, async (origin) => {
    issuer = `${origin}${mount}`;
    const configuration: Configuration = {
      adapter: (model) => grants.adapter(model),
      jwks: { keys: [signingKey] },
      // Cookies ignore ports: every server on 127.0.0.1 receives them, so their names contain the port.
      cookies: {
        names: cookieNames(new URL(origin).port),
        keys: [randomBytes(32).toString('base64url')],
      },
      clients: [
        preRegisteredClient,
        ...(options.clientKey === undefined ? [] : [keyClient(options.clientKey)]),
      ],
      clientDefaults: {
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      scopes: ['openid', 'offline_access', 'email', 'profile'],
      findAccount: (_context, sub) => account(sub, options.namesNobody),
      extraTokenClaims: (_context, token) => ('accountId' in token ? nameClaims(token.accountId) : undefined),
      clientBasedCORS: () => false,
      pkce: { required: () => true },
      issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
      responseTypes: ['code'],
      rotateRefreshToken: true,
      expiresWithSession: () => false,
      loadExistingGrant: (context) => grantOfThisConsent(context),
      interactions: { url: (_context, interaction) => interactions.pathFor(interaction.uid) },
      renderError: (context, out) => {
        context.type = 'html';
        context.body = errorPage(
          out.error,
          out.error_description ?? 'The authorization server gave no reason.',
        );
      },
      ttl: {
        AccessToken: options.accessTokenSeconds ?? 300,
        AuthorizationCode: 60,
        IdToken: 60 * 60,
        Interaction: 60 * 60,
        RefreshToken: 14 * day,
        Session: 14 * day,
        Grant: 14 * day,
      },
      features: {
        devInteractions: { enabled: false },
        dPoP: {
          enabled: true,
          nonceSecret: randomBytes(32),
          requireNonce: () => options.requireDpopNonce ?? false,
        },
        pushedAuthorizationRequests: {
          enabled: true,
          requirePushedAuthorizationRequests: options.requirePushedRequests ?? false,
        },
        registration: { enabled: options.dynamicRegistration ?? true, idFactory: registeredClientId },
        registrationManagement: { enabled: options.dynamicRegistration ?? true },
        revocation: {
          enabled: true,
          allowedPolicy: (_context, client, token) => token.clientId === client.clientId,
        },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context, resource) => {
            const known = resources.get(resource);
            if (!known) throw new errors.InvalidTarget();
            return {
              scope: Object.keys(known.scopes).join(' '),
              audience: known.url,
              accessTokenFormat: 'jwt',
              accessTokenTTL: options.accessTokenSeconds ?? 300,
              jwt: { sign: { alg: 'RS256' } },
            };
          },
        },
      },
    };
    const provider = new ProviderClass(issuer, configuration);
    const interactionPath = `${mount}/interaction`;
    if (options.federatedLogins) {
      const record: FederatedLoginRecord = (outcome) => events.push({ at: Date.now(), ...outcome });
      federated = await FederatedLogins.start(origin, `${mount}/federation`, interactionPath, record);
    }
    const interactions = new Interactions(provider, grants, resources, interactionPath, federated);
    recordEvents(provider, events);
    const answer = provider.callback();
    return async (request, response) => {
      const entry = logRequest(requests, request);
      response.once('close', () => (entry.status = response.statusCode));
      if (await faults.answers(response)) return;
      if (await interactions.handle(request, response)) return;
      if (await federated?.handle(request, response)) return;
      mountAt(request, mount);
      await answer(request, response);
    };
  });

  return new DemoAuthorizationServer(
    issuer,
    events,
    requests,
    federated,
    grants,
    resources,
    faults,
    async () => {
      await server.close();
      await federated?.close();
    },
  );
}

/** The running server, with what tests may inspect and change. */
export class DemoAuthorizationServer {
  constructor(
    readonly issuer: string,
    /** Events, oldest first. */
    readonly events: readonly AuthorizationServerEvent[],
    readonly requests: readonly LoggedRequest[],
    /** Logins at identity providers, if enabled. */
    readonly federated: FederatedLogins | undefined,
    private readonly grants: GrantStore,
    private readonly resources: Map<string, DemoResource>,
    private readonly faults: FaultSwitch,
    private readonly stop: () => Promise<void>,
  ) {}

  get jwksUri(): string {
    return `${this.issuer}/jwks`;
  }

  get fault(): DemoFault {
    return this.faults.fault;
  }

  set fault(fault: DemoFault) {
    this.faults.fault = fault;
  }

  /** Registers a resource server. Tokens are issued only for registered ones (RFC 8707). */
  addResource(resource: DemoResource): void {
    this.resources.set(resource.url, resource);
  }

  eventsOf(kind: AuthorizationServerEvent['kind']): AuthorizationServerEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }

  /** Ends all grants of a user, as an administrator does. Access tokens stay valid until they expire. */
  revokeGrantOf(sub: string): void {
    this.grants.endGrantsOf(sub);
  }

  /** Deletes a registered client, as some servers do periodically. */
  forgetClient(clientId: string): boolean {
    return this.grants.forgetClient(clientId);
  }

  async close(): Promise<void> {
    this.faults.release();
    await this.stop();
  }
}

const preRegisteredClient = {
  client_id: preRegisteredClientId,
  client_name: 'Pre-registered Editor',
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  // Native clients may use any port (RFC 8252 §7.3).
  redirect_uris: [
    'http://127.0.0.1/callback',
    'http://127.0.0.1/',
    'http://localhost/callback',
    'vscode://mcp-oauth-broker.mcp-oauth-broker/callback',
  ],
} as const;

function keyClient(publicKey: object) {
  return {
    ...preRegisteredClient,
    client_id: keyClientId,
    client_name: 'Editor with a Key',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks: { keys: [publicKey] },
  } as const;
}

function cookieNames(port: string) {
  const prefix = `demo_authorization_${port}`;
  return { session: `${prefix}_session`, interaction: `${prefix}_interaction`, resume: `${prefix}_resume` };
}

function nameClaims(sub: string): { name: string; email: string } | undefined {
  const user = userBySubject(sub);
  return user && { name: user.name, email: user.email };
}

function account(sub: string, isNameless = false) {
  const user = userBySubject(sub);
  if (!user) return undefined;
  return {
    accountId: sub,
    claims: () => (isNameless ? { sub } : { sub, name: user.name, email: user.email, email_verified: true }),
  };
}

/**
 * Every authorization request needs consent: a grant applies only to the request whose consent created it.
 */
async function grantOfThisConsent(
  context: KoaContextWithOIDC,
): Promise<InstanceType<Provider['Grant']> | undefined> {
  const grantId = context.oidc.result?.consent?.grantId;
  return grantId === undefined ? undefined : context.oidc.provider.Grant.find(grantId);
}

/**
 * Names a newly registered client and corrects its metadata: the provider does not know the scopes of
 * resource servers, and creates a secret unless the request declines one.
 */
function registeredClientId(context: KoaContextWithOIDC): string {
  const { body } = context.oidc;
  if (body) {
    delete body['scope'];
    body['token_endpoint_auth_method'] ??= 'none';
  }
  return `registered-${randomBytes(9).toString('base64url')}`;
}

/**
 * Removes the issuer's path from the address of well-known documents, which have it at the end (RFC 8414
 * §3.1).
 */
function mountAt(
  request: { url?: string | undefined; originalUrl?: string | undefined },
  mount: string,
): void {
  if (mount === '' || request.url === undefined) return;
  request.originalUrl = request.url;
  const wellKnown = '/.well-known/oauth-authorization-server';
  if (request.url === `${wellKnown}${mount}`) request.url = wellKnown;
  else if (request.url.startsWith(`${mount}/`)) request.url = request.url.slice(mount.length);
  else request.url = '/not-mounted';
}
