import { defined } from '../../base/defined.js';
import { onWordOf } from '../../oauth/networkReach.js';
import {
  fetchAuthorizationServer,
  identifierOf,
  metadataOfSignIn,
} from '../../oauth/authorizationServerMetadata.js';
import { clientCredentials, isAssertionFor, jwtBearer, type DirectGrant } from '../../oauth/directGrants.js';
import { dpopBinding } from '../../oauth/dpop.js';
import type { HttpContext, Network } from '../../oauth/httpContext.js';
import { identityAssertion } from '../../oauth/identityAssertion.js';
import { jwtExpiry } from '../../oauth/jwtPart.js';
import { preRegisteredClient, type OAuthClient } from '../../oauth/oauthClient.js';
import type { Redacted } from '../../base/redacted.js';
import { neededScopes } from '../../oauth/scopes.js';
import type { TokenSet } from '../../oauth/tokenSet.js';
import { ownClientRequired } from '../clients/clientErrors.js';
import type { ClientOwner, ClientSecrets } from '../clients/clientSecrets.js';
import type { Credential } from '../accounts/credential.js';
import { discover, type Discovered, type DiscoveryParts } from '../discovery/discovery.js';
import { noEditorAccount, type EditorAccountTokens } from './editorAccountTokens.js';
import {
  assertionExpired,
  assertionOfAnotherIssuer,
  noAssertionSource,
  noIdentityProvider,
} from './grantErrors.js';
import { identityProviderSignInRequired } from './enterpriseIdentityProvider.js';
import type { DirectGrantName } from '../settings/grant.js';
import { identityProviderAsServer } from '../settings/identityProviderSetting.js';
import type { Clock } from '../../base/clock.js';
import type { IdentityProviderSession } from '../ports.js';
import type { AssertionSource } from './assertionFile.js';
import { probe } from '../discovery/probe.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import { audienceParameter, resourceParameter, signInPolicy } from '../settings/signInPolicy.js';

/** What it takes to get tokens without a user. */
export interface DirectGrantParts extends DiscoveryParts {
  readonly clientSecrets: ClientSecrets;
  readonly clock: Clock;
  readonly http: Network;
  /** For `jwtBearer`. */
  readonly assertions?: AssertionSource | undefined;
  /** For `enterpriseManaged`. */
  readonly identityProvider?: IdentityProviderSession | undefined;
  /** For `editorAccount`. */
  readonly editorAccounts?: EditorAccountTokens | undefined;
}

/**
 * Tokens by the grants that need no browser at the time of a call. `oauth.grant` of a server's entry chooses the
 * grant.
 */
export class DirectGrants {
  constructor(private readonly parts: DirectGrantParts) {}

  /** The identity provider for `enterpriseManaged`. */
  get identityProvider(): string | undefined {
    return this.parts.identityProvider?.issuer;
  }

  /**
   * Steps 1–5a, and then the token request.
   *
   * @param widened all scopes to request, after a 403 response that named more
   * @param held what was obtained before
   * @returns undefined if there are no tokens without a user, or if the server requires no authorization
   * @throws OAuthFlowError if a step fails
   */
  async obtain(
    server: ServerConfig,
    grantName: DirectGrantName,
    widened?: readonly string[],
    held?: Credential,
  ): Promise<Credential | undefined> {
    if (grantName === 'editorAccount') return this.#fromEditor(server, held);
    const idToken = grantName === 'enterpriseManaged' ? await this.#idToken(server) : undefined;
    const http = { ...this.parts.http, ...onWordOf(server.url) };
    const challenge = await probe(server, http);
    if (challenge === 'open') return undefined;
    const found = await discover(server, challenge, http, this.parts);
    const grant = await this.#grant(server, found, widened);
    const tokens = await this.#tokens(server, grantName, grant, idToken, http);
    return defined({
      id: crypto.randomUUID(),
      serverUrl: server.url,
      as: metadataOfSignIn(found.as),
      client: grant.client,
      resource: grant.resource,
      grant: grantName,
      // The grant itself renews these tokens, and its response always reflects the current settings.
      tokens: accessOf(tokens),
      obtainedAt: this.parts.clock.now(),
    });
  }

  /** Notes a token that its server answered with 401. */
  refused(credential: Credential): void {
    if (credential.grant === 'editorAccount') this.parts.editorAccounts?.refused(credential);
  }

  async #fromEditor(server: ServerConfig, held: Credential | undefined): Promise<Credential | undefined> {
    const { editorAccounts } = this.parts;
    if (editorAccounts === undefined) throw noEditorAccount(server);
    if (held === undefined) return undefined;
    return editorAccounts.renewed(server, held, { ...this.parts.http, ...onWordOf(server.url) }, this.parts);
  }

  async #grant(
    server: ServerConfig,
    found: Discovered,
    widened: readonly string[] | undefined,
  ): Promise<DirectGrant> {
    const { as, resource, policy } = found;
    const { clientId } = policy;
    if (clientId === undefined) throw ownClientRequired(server, as);
    const dpop = await dpopBinding({ ...found, overHttpSse: server.type === 'sse' });
    return {
      as,
      client: await this.#client(server, clientId, as),
      scopes: widened ?? directScopes(found),
      ...resourceParameter(policy, resource.resource),
      ...audienceParameter(policy, resource.resource),
      dpop,
    };
  }

  /** With what the user gave it, which is for this issuer alone. */
  async #client(owner: ClientOwner, clientId: string, as: Discovered['as']): Promise<OAuthClient> {
    const { clientSecrets } = this.parts;
    const secret = await clientSecrets.get(owner, clientId, identifierOf(as));
    const key = await clientSecrets.getKey(owner, clientId, identifierOf(as));
    return preRegisteredClient(as, clientId, { secret, key });
  }

  async #tokens(
    server: ServerConfig,
    grantName: Exclude<DirectGrantName, 'editorAccount'>,
    grant: DirectGrant,
    idToken: Redacted | undefined,
    http: HttpContext,
  ): Promise<TokenSet> {
    const now = () => this.parts.clock.now();
    switch (grantName) {
      case 'clientCredentials':
        return clientCredentials(grant, http, now);
      case 'jwtBearer':
        return jwtBearer(grant, await this.#assertion(server, grant), http, now);
      case 'enterpriseManaged':
        return jwtBearer(grant, await this.#identityAssertion(grant, idToken), http, now);
    }
  }

  async #assertion(server: ServerConfig, { as }: DirectGrant): Promise<Redacted> {
    const assertion = await this.parts.assertions?.read(server);
    if (assertion === undefined) throw noAssertionSource(server.name);
    if ((jwtExpiry(assertion) ?? Infinity) <= this.parts.clock.now()) throw assertionExpired(server.name);
    const issuer = identifierOf(as);
    if (server.oauth.authorizationServer === issuer || isAssertionFor(assertion, as)) return assertion;
    throw assertionOfAnotherIssuer(server.name, issuer);
  }

  async #identityAssertion(grant: DirectGrant, idToken: Redacted | undefined): Promise<Redacted> {
    const { identityProvider } = this.parts;
    if (identityProvider === undefined || idToken === undefined) throw noIdentityProvider();
    const { issuer, clientId } = identityProvider;
    const http = { ...this.parts.http, ...onWordOf(issuer) };
    const provider = identityProviderAsServer({ issuer, clientId });
    // What the user accepted when they signed in there counts here too.
    const accepted = this.parts.decisions?.acceptedExceptions(provider, issuer);
    const issuerMismatch = signInPolicy(provider, issuer, accepted).exceptions.has('issuerMismatch');
    const as = await fetchAuthorizationServer(issuer, http, { exceptions: { issuerMismatch } });
    const client = await this.#client(provider, clientId, as);
    const { scopes, resource } = grant;
    const need = { audience: identifierOf(grant.as), scopes, resource };
    return identityAssertion({ as, client }, idToken, need, http);
  }

  /** Before anything is asked of the server. */
  async #idToken({ name }: ServerConfig): Promise<Redacted> {
    const { identityProvider } = this.parts;
    if (identityProvider === undefined) throw noIdentityProvider();
    const idToken = await identityProvider.idToken();
    if (idToken === undefined) throw identityProviderSignInRequired(name, identityProvider.issuer);
    return idToken;
  }
}

/** What a token of no user's is asked for. */
export function directScopes({ challenge, resource, policy }: Discovered): readonly string[] {
  const { scopes, scopeBelowResource } = policy;
  return neededScopes({ challenge, configured: scopes, resource, belowResource: scopeBelowResource });
}

/**
 * The parameters that calls need. No refresh token is requested, because the grant renews the tokens, and no ID
 * token, because it would name no user.
 */
function accessOf({ refreshToken, idToken, ...tokens }: TokenSet): TokenSet {
  return tokens;
}
