import { invalidRegistration, registrationRefused, registrationUnsupported } from './flowErrors.js';
import { defined } from '../base/defined.js';
import * as oauth from 'oauth4webapi';
import { identifierOf, type AuthorizationServer } from './authorizationServerMetadata.js';
import { libraryRequest } from './clientAuthentication.js';
import type { ClientKey } from './clientKey.js';
import type { HttpContext } from './httpContext.js';
import { Redacted } from '../base/redacted.js';
import { boundedFetch } from './boundedFetch.js';
import { errorAnswer, jsonResponse, stringArray, type UntrustedJson } from './jsonResponse.js';
import {
  authMethods,
  preRegisteredClient,
  secretMethod,
  type AuthMethod,
  type OAuthClient,
  type ClientManagement,
} from './oauthClient.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { shownAddress, addressOf, isSecureAddress } from '../base/displayText.js';

/** How to get a client ID, and the reason as a sentence. */
export type ClientIdentity =
  | { readonly kind: 'use'; readonly client: OAuthClient; readonly because: string }
  | { readonly kind: 'register'; readonly because: string }
  | { readonly kind: 'ask'; readonly because: string };

/**
 * The MCP specification's order: pre-registered, then a client ID metadata document, then dynamic registration –
 * a client that was registered at this very issuer before is used again –, then the user.
 */
export function chooseClientIdentity(
  as: AuthorizationServer,
  options: {
    readonly configuredClientId?: string | undefined;
    readonly configuredSecret?: Redacted | undefined;
    readonly configuredKey?: ClientKey | undefined;
    readonly clientMetadataUrl?: string | undefined;
  },
): ClientIdentity {
  const { configuredClientId, configuredSecret, configuredKey, clientMetadataUrl } = options;
  if (configuredClientId !== undefined) {
    const proof = { secret: configuredSecret, key: configuredKey };
    const client = preRegisteredClient(as, configuredClientId, proof);
    return { kind: 'use', client, because: 'Its client ID is configured for this server.' };
  }
  if (clientMetadataUrl !== undefined && as['client_id_metadata_document_supported'] === true) {
    const client: OAuthClient = {
      clientId: clientMetadataUrl,
      authMethod: 'none',
      source: 'clientIdMetadataDocument',
      redirectUris: [],
    };
    const because = 'The authorization server supports client ID metadata documents.';
    return { kind: 'use', client, because };
  }
  if (as.registration_endpoint !== undefined) {
    return {
      kind: 'register',
      because: 'The authorization server supports dynamic client registration (RFC 7591).',
    };
  }
  const because = `${shownAddress(identifierOf(as))} does not support dynamic client registration, so a client ID must be entered.`;
  return { kind: 'ask', because };
}

/**
 * Registers a native public client, or one with a secret if the server does not list `none`.
 *
 * @throws OAuthFlowError `registrationRefused` with the server's `oauthError`, `invalidMetadata` for an unusable
 *   response, and the errors of a request
 * @see RFC 7591 §3
 */
export async function registerClient(
  as: AuthorizationServer,
  registration: {
    readonly redirectUris: readonly string[];
    readonly clientName: string;
    readonly scopes?: readonly string[];
    /** What it is used for; the authorization code if absent. */
    readonly grantTypes?: readonly string[];
  },
  http: HttpContext,
): Promise<OAuthClient> {
  const endpoint = as.registration_endpoint;
  if (endpoint === undefined) {
    throw registrationUnsupported(as.issuer);
  }
  const { grantTypes = ['authorization_code', 'refresh_token'], scopes = [] } = registration;
  const listed = as.token_endpoint_auth_methods_supported;
  const asked = listed === undefined || listed.includes('none') ? 'none' : secretMethod(as);
  const answer = await oauth.dynamicClientRegistrationRequest(
    as,
    {
      application_type: 'native',
      client_name: registration.clientName,
      redirect_uris: [...registration.redirectUris],
      grant_types: [...grantTypes],
      response_types: grantTypes.includes('authorization_code') ? ['code'] : [],
      token_endpoint_auth_method: asked,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    },
    libraryRequest(http),
  );
  // The library's own reading insists on 201 and on an expiry for every secret; servers in use give neither.
  if (answer.status !== 201 && answer.status !== 200) {
    throw registrationRefused(endpoint, answer.status, await errorAnswer(answer));
  }
  return registered(await jsonResponse(answer, endpoint), endpoint, asked, registration.redirectUris);
}

function registered(
  response: Readonly<Record<string, unknown>>,
  endpoint: string,
  asked: AuthMethod,
  redirectUris: readonly string[],
): OAuthClient {
  const invalid = (field: string, problem: string) => invalidRegistration(endpoint, field, problem);
  const { client_id: id, client_secret: secret, client_secret_expires_at: expires } = response;
  if (typeof id !== 'string' || id === '') throw invalid('client_id', 'is missing');
  const named = response['token_endpoint_auth_method'] ?? undefined;
  const hasSecret = typeof secret === 'string' && secret !== '';
  // RFC 7591 §2: Basic is the default. Without a secret only `none` can work, whatever the response names.
  const method = hasSecret ? (named ?? 'client_secret_basic') : 'none';
  const authMethod = authMethods.find((known) => known === method && known !== 'private_key_jwt');
  if (authMethod === undefined) {
    throw invalid('token_endpoint_auth_method', 'is a method that this client does not support');
  }
  if (!hasSecret && asked !== 'none') throw invalid('client_secret', 'is missing');
  const management = managementOf(response, endpoint);
  const keepsSecret = hasSecret && authMethod !== 'none';
  return defined({
    clientId: id,
    clientSecret: keepsSecret ? new Redacted(secret) : undefined,
    authMethod,
    source: 'registered',
    redirectUris: stringArray(response['redirect_uris']) ?? redirectUris,
    management,
    secretExpiresAt: keepsSecret && typeof expires === 'number' && expires > 0 ? expires * 1000 : undefined,
  });
}

const longest = 2048;

/**
 * The management address of a registration, if the response has one. An address of another origin than the
 * registration's is not accepted, because the token that is sent there gives control over the client.
 *
 * @see RFC 7592 §3
 */
function managementOf(response: UntrustedJson, endpoint: string): ClientManagement | undefined {
  const { registration_client_uri: uri, registration_access_token: token } = response;
  const address = addressOf(uri);
  if (address === undefined || typeof token !== 'string' || token === '') return undefined;
  if (!isSecureAddress(address) || address.origin !== new URL(endpoint).origin) return undefined;
  if (address.href.length > longest || token.length > longest) return undefined;
  return { uri: address.href, token: new Redacted(token) };
}

/**
 * Reads a registration.
 *
 * @returns the client with its present registration; `gone` if the server no longer knows it; undefined if the server
 *   has no client management or its response says neither
 * @throws the reason of the caller's signal
 * @see RFC 7592 §2.1
 */
export async function readRegistration(
  client: OAuthClient,
  http: HttpContext,
): Promise<OAuthClient | 'gone' | undefined> {
  const { management } = client;
  if (management === undefined) return undefined;
  const headers = { authorization: `Bearer ${management.token.expose()}`, accept: 'application/json' };
  try {
    const answer = await boundedFetch(management.uri, { headers }, http);
    // RFC 7592 §2.1 has 401; servers in use say 404.
    if (answer.status === 401 || answer.status === 404) return 'gone';
    if (answer.status !== 200) return undefined;
    const said = await jsonResponse(answer, management.uri);
    if (said['client_id'] !== client.clientId) return undefined;
    const secret = said['client_secret'];
    const isNewSecret = client.clientSecret !== undefined && typeof secret === 'string' && secret !== '';
    return {
      ...client,
      redirectUris: stringArray(said['redirect_uris']) ?? client.redirectUris,
      // New values in the response replace the stored ones (RFC 7592 §3).
      management: managementOf(said, management.uri) ?? management,
      ...defined({ clientSecret: isNewSecret ? new Redacted(secret) : undefined }),
    };
  } catch (error) {
    if (error instanceof OAuthFlowError) return undefined;
    throw error;
  }
}

/**
 * Deletes a registration that is no longer used.
 *
 * @returns whether the authorization server confirmed that it is deleted; false if it has no client management
 * @throws the errors of a request
 * @see RFC 7592 §2.3
 */
export async function deleteRegistration({ management }: OAuthClient, http: HttpContext): Promise<boolean> {
  if (management === undefined) return false;
  const headers = { authorization: `Bearer ${management.token.expose()}` };
  const answer = await boundedFetch(management.uri, { method: 'DELETE', headers }, http);
  // 401 is the response for a client that no longer exists (RFC 7592 §2.3).
  return answer.status === 204 || answer.status === 200 || answer.status === 401;
}
