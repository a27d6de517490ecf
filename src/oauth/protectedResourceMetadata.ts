import {
  insecureIssuer,
  invalidResourceMetadata,
  noAuthorizationServerNamed,
  resourceMetadataUnavailable,
  resourceMismatch,
} from './metadataErrors.js';
import { defined } from '../base/defined.js';
import { boundedFetch } from './boundedFetch.js';
import type { HttpContext } from './httpContext.js';
import { jsonResponse, stringArray, type UntrustedJson } from './jsonResponse.js';
import { isWithinReach, outOfReach, type NetworkReach } from './networkReach.js';
import type { OAuthFlowError } from './oauthFlowError.js';
import { addressOf, isSecureAddress, displayText, shownAddress } from '../base/displayText.js';
import { isScopeToken, type BearerChallenge } from './wwwAuthenticateChallenge.js';

/** The metadata of a protected resource (RFC 9728 §2). */
export interface ProtectedResource {
  /** The identifier tokens are asked for (RFC 8707), as published. */
  readonly resource: string;
  /** Issuer identifiers, as published: they are compared byte for byte. */
  readonly authorizationServers: readonly string[];
  readonly scopesSupported?: readonly string[];
  /** Undefined: there is no metadata, and the origin is the authorization server (MCP 2025-03-26). */
  readonly metadataUrl?: string;
  /** Deviations from the standard, as sentences for a user. */
  readonly warnings: readonly string[];
  readonly resourceName?: string;
  /** It takes only tokens bound to a key (RFC 9449). */
  readonly dpopRequired?: boolean;
  /** The algorithms that proofs may be signed with; undefined if not specified. */
  readonly dpopAlgorithms?: readonly string[];
}

/** More than any user reads. */
const scopeCountLimit = 100;
const scopeLengthLimit = 200;
const wellKnown = '/.well-known/oauth-protected-resource';

/**
 * The addresses of the metadata: the one that the challenge names, and no other; without one, the well-known path
 * with the server's path, and then that of its root (RFC 9728 §3.1, §5.1).
 */
export function protectedResourceMetadataUrls(server: URL, challenge?: BearerChallenge): URL[] {
  if (challenge?.resourceMetadata !== undefined) return [challenge.resourceMetadata];
  const root = new URL(wellKnown, server.origin);
  const atPath = new URL(root);
  if (server.pathname !== '/') atPath.pathname += server.pathname;
  atPath.search = server.search;
  return atPath.href === root.href ? [root] : [atPath, root];
}

/**
 * Asks the server what protects it.
 * @throws OAuthFlowError `unexpectedStatus`, `notJson`, `invalidMetadata`, `resourceMismatch`,
 * `noAuthorizationServer`, `insecureAddress`, `addressOutOfReach`, and all that {@link boundedFetch} throws
 * @see RFC 9728 §3
 */
export async function fetchProtectedResource(
  server: URL,
  challenge: BearerChallenge | undefined,
  http: HttpContext,
): Promise<ProtectedResource> {
  const named = challenge?.resourceMetadata !== undefined;
  for (const url of protectedResourceMetadataUrls(server, challenge)) {
    if (named && !isWithinReach(url, http.reach)) throw outOfReach(url, 'resource_metadata');
    const init = { headers: { accept: 'application/json' } };
    const answer = await boundedFetch(url.href, init, http, 'sameOrigin');
    if (answer.status === 200) {
      return protectedResourceOf(await jsonResponse(answer, url), url, server, http.reach);
    }
    if (named || answer.status < 400 || answer.status > 499) {
      throw resourceMetadataUnavailable(url, answer.status, server);
    }
  }
  return {
    resource: withoutFragment(server),
    authorizationServers: [server.origin],
    warnings: [
      `${server.host} publishes no protected resource metadata (RFC 9728); ` +
        'its own origin is used as the authorization server.',
    ],
  };
}

function protectedResourceOf(
  document: UntrustedJson,
  url: URL,
  server: URL,
  reach: NetworkReach,
): ProtectedResource {
  const warnings: string[] = [];
  const invalid = (field: string, problem: string) => invalidResourceMetadata(url, field, problem);
  /** A stray document is only believed from the server itself: from elsewhere, nothing binds it to the server. */
  const tolerate = (field: string, warning: string) => {
    if (url.origin !== server.origin) throw invalid(field, warning);
    warnings.push(`The server's metadata is not standard (RFC 9728): "${field}" ${warning}.`);
  };

  const { resource: published } = document;
  if (published === undefined) tolerate('resource', 'is missing');
  else if (typeof published !== 'string') throw invalid('resource', 'is not a string');
  const resource = published ?? withoutFragment(server);
  if (!coversServer(resource, server)) {
    throw resourceMismatch(url, resource, server);
  }

  let servers = document['authorization_servers'];
  if (servers === undefined && document['authorization_server'] !== undefined) {
    tolerate('authorization_server', 'is used instead of "authorization_servers"');
    servers = [document['authorization_server']];
  }
  let scopes = document['scopes_supported'];
  if (scopes === undefined && document['scopes'] !== undefined) {
    tolerate('scopes', 'is used instead of "scopes_supported"');
    scopes = document['scopes'];
  }
  if (document['token_types'] !== undefined) tolerate('token_types', 'is not a standard field');
  const scopesSupported = scopes === undefined ? undefined : supportedScopes(scopes, warnings);
  const resourceName = displayText(document['resource_name']);
  const dpopAlgorithms = stringArray(document['dpop_signing_alg_values_supported']);
  return defined({
    resource,
    authorizationServers: issuersOf(servers, url, reach, invalid),
    scopesSupported,
    metadataUrl: url.href,
    warnings,
    resourceName,
    dpopRequired: document['dpop_bound_access_tokens_required'] === true ? true : undefined,
    dpopAlgorithms,
  });
}

/** A sign-in requests these scopes, and the user sees them first, so invalid ones are left out (RFC 6749 §3.3). */
function supportedScopes(value: unknown, warnings: string[]): readonly string[] | undefined {
  const listed = stringArray(value);
  if (listed === undefined) {
    warnings.push('The server\'s "scopes_supported" is not a list of strings and is ignored.');
    return undefined;
  }
  const scopes = listed.filter((scope) => isScopeToken(scope) && scope.length <= scopeLengthLimit);
  const kept = scopes.slice(0, scopeCountLimit);
  const left = listed.length - kept.length;
  if (left > 0)
    warnings.push(
      `${left} entries of the server's "scopes_supported" are invalid or too many and are ignored.`,
    );
  return kept;
}

function issuersOf(
  servers: unknown,
  url: URL,
  reach: NetworkReach,
  invalid: (field: string, problem: string) => OAuthFlowError,
): readonly string[] {
  const field = 'authorization_servers';
  const issuers = servers === undefined ? [] : stringArray(servers);
  if (issuers === undefined) throw invalid(field, 'is not a list of strings');
  if (issuers.length === 0) throw noAuthorizationServerNamed(url, field);
  for (const issuer of issuers) {
    const address = addressOf(issuer);
    if (address === undefined) throw invalid(field, `has "${displayText(issuer) ?? ''}", which is not a URL`);
    if (!isSecureAddress(address)) throw insecureIssuer(url, address, field);
    if (!isWithinReach(address, reach)) throw outOfReach(address, field);
    // RFC 8414 §2: an issuer has neither.
    if (/[?#]/.test(issuer)) throw invalid(field, `has ${shownAddress(address)} with a query or fragment`);
  }
  return issuers;
}

/** Equal, or a prefix at a path segment of the same origin; a slash at the end makes no difference. */
function coversServer(resource: string, server: URL): boolean {
  const url = addressOf(resource);
  if (url?.origin !== server.origin || resource.includes('#')) return false;
  if (url.username !== '' || url.password !== '') return false;
  const path = url.pathname.replace(/\/$/, '');
  const serverPath = server.pathname.replace(/\/$/, '');
  if (url.search !== '') return url.search === server.search && path === serverPath;
  return serverPath === path || serverPath.startsWith(`${path}/`);
}

function withoutFragment(server: URL): string {
  const url = new URL(server);
  url.hash = '';
  return url.href;
}
