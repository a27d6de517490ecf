import { fetchAuthorizationServer, type AuthorizationServer } from '../oauth/authorizationServerMetadata.js';
import { chooseClientIdentity, type ClientIdentity } from '../oauth/clientRegistration.js';
import type { HttpContext, Network } from '../oauth/httpContext.js';
import { onWordOf } from '../oauth/networkReach.js';
import { OAuthFlowError } from '../oauth/oauthFlowError.js';
import { fetchProtectedResource, type ProtectedResource } from '../oauth/protectedResourceMetadata.js';
import { initialScopes } from '../oauth/scopeSelection.js';
import { shownAddress } from '../oauth/serverWords.js';
import type { BearerChallenge } from '../oauth/wwwAuthenticateChallenge.js';
import { probe } from './probe.js';
import type { ServerConfig } from './serverSettings.js';

/** What steps 1–5a find out about a server, without signing in and without registering anything. */
export interface Discovered {
  readonly challenge?: BearerChallenge;
  readonly resource: ProtectedResource;
  readonly as: AuthorizationServer;
  /** What a sign-in would ask for. */
  readonly scopes: readonly string[];
  /** How the client will be identified, and why. */
  readonly identity: ClientIdentity;
}

/** Steps 3–5a, from a challenge already received. */
export async function discover(
  server: ServerConfig,
  challenge: BearerChallenge | undefined,
  http: HttpContext,
): Promise<Discovered> {
  const resource = await fetchProtectedResource(new URL(server.url), challenge, http);
  const issuer = resource.authorizationServers[0];
  if (issuer === undefined) {
    throw new OAuthFlowError(
      'noAuthorizationServer',
      `${shownAddress(server.url)} names no authorization server.`,
    );
  }
  const as = await fetchAuthorizationServer(issuer, http, { fallback: resource.metadataUrl === undefined });
  return {
    ...(challenge !== undefined && { challenge }),
    resource,
    as,
    scopes: initialScopes({
      ...(challenge !== undefined && { challenge }),
      ...(server.oauth.scopes !== undefined && { configured: server.oauth.scopes }),
      resource,
      as,
      identity: true,
    }),
    identity: chooseClientIdentity(as, {
      ...(server.oauth.clientId !== undefined && { configuredClientId: server.oauth.clientId }),
    }),
  };
}

/** What is known of a server before it is configured. */
export type Findings =
  | { readonly kind: 'protected'; readonly discovered: Discovered }
  /** It asked for no authorization. */
  | { readonly kind: 'open' }
  | { readonly kind: 'failed'; readonly error: OAuthFlowError };

/** A person waits for all of it together, in milliseconds. */
const patience = 9_500;

/**
 * Steps 1–5a, without signing in and without registering anything, within the time a person waits.
 *
 * @throws the reason of `signal`
 */
export async function findOut(
  server: ServerConfig,
  http: Network,
  signal: AbortSignal,
): Promise<Findings> {
  const timeout = AbortSignal.timeout(patience);
  const context = { ...http, ...onWordOf(server.url), signal: AbortSignal.any([signal, timeout]) };
  try {
    const challenge = await probe(server, context);
    if (challenge === 'open') return { kind: 'open' };
    return { kind: 'protected', discovered: await discover(server, challenge, context) };
  } catch (error) {
    if (error instanceof OAuthFlowError) return { kind: 'failed', error };
    if (signal.aborted || !timeout.aborted) throw error;
    const { host } = new URL(server.url);
    const message = `${host} and the authorization server it names took longer than ${patience / 1000} s together.`;
    return {
      kind: 'failed',
      error: new OAuthFlowError('timedOut', message, { fix: 'Try again, or add it anyway.' }),
    };
  }
}
