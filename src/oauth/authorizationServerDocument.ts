import { insecureEndpoint, invalidServerMetadata, issuerMismatch } from './metadataErrors.js';
import type * as oauth from 'oauth4webapi';
import { stringArray, type UntrustedJson } from './jsonResponse.js';
import { isWithinReach, outOfReach, type NetworkReach } from './networkReach.js';
import { addressOf, isSecureAddress } from '../base/displayText.js';

/** Authorization server metadata (RFC 8414 §2, OpenID Connect Discovery 1.0 §3). */
export type AuthorizationServer = oauth.AuthorizationServer;

/** Members that are ours to add to metadata; no document sets them. */
export const flag = 'mcp_default_endpoints';
export const namedAs = 'mcp_named_as';
export const knownAs = 'mcp_known_as';
const ours: readonly string[] = [flag, namedAs, knownAs];

/** Longest address that is stored, in characters. Few servers accept longer ones. */
const addressLimit = 2048;
const requiredEndpoints = ['authorization_endpoint', 'token_endpoint'];
const optionalEndpoints = [
  'registration_endpoint',
  'revocation_endpoint',
  'userinfo_endpoint',
  'pushed_authorization_request_endpoint',
  'device_authorization_endpoint',
];
const lists = [
  'scopes_supported',
  'response_types_supported',
  'code_challenge_methods_supported',
  'token_endpoint_auth_methods_supported',
  'dpop_signing_alg_values_supported',
  'token_endpoint_auth_signing_alg_values_supported',
  'grant_types_supported',
];

/**
 * A document as metadata, with every field that is used of the right kind.
 * @param accepted the issuers it may name; undefined: any
 * @throws OAuthFlowError `issuerMismatch`, `invalidMetadata`, `insecureAddress`, `addressOutOfReach`
 * @see RFC 8414 §2, §3.3
 */
export function authorizationServerOf(
  document: UntrustedJson,
  url: URL,
  accepted: readonly string[] | undefined,
  reach: NetworkReach,
): AuthorizationServer {
  const invalid = (field: string, problem: string) => invalidServerMetadata(url, field, problem);
  const { issuer } = document;
  if (typeof issuer !== 'string') throw invalid('issuer', 'is missing');
  if (accepted?.includes(issuer) === false) {
    throw issuerMismatch(url, issuer, accepted[0]);
  }
  if (issuer.length > addressLimit) throw invalid('issuer', 'is too long');
  for (const field of [...requiredEndpoints, ...optionalEndpoints]) {
    const endpoint = document[field];
    if (endpoint === undefined && (optionalEndpoints.includes(field) || isUnneeded(field, document)))
      continue;
    if (endpoint === undefined) throw invalid(field, 'is missing');
    const address = addressOf(endpoint);
    if (address === undefined) throw invalid(field, 'is not a URL');
    if (address.href.length > addressLimit) throw invalid(field, 'is too long');
    if (!isSecureAddress(address)) throw insecureEndpoint(url, address, field);
    if (!isWithinReach(address, reach)) throw outOfReach(address, field);
  }
  for (const field of lists) {
    if (document[field] !== undefined && stringArray(document[field]) === undefined) {
      throw invalid(field, 'is not a list of strings');
    }
  }
  const isBrowserless = isUnneeded('authorization_endpoint', document);
  if (stringArray(document['response_types_supported'])?.includes('code') === false && !isBrowserless) {
    throw invalid('response_types_supported', 'lacks "code"');
  }
  // One of these members would excuse the missing PKCE announcement, and others decide which clients and which
  // profile are used.
  const metadata = Object.entries(document).filter(([name]) => !ours.includes(name));
  return Object.fromEntries(metadata) as unknown as AuthorizationServer;
}

/** A server whose grants all work without a browser needs no authorization endpoint (RFC 8414 §2). */
function isUnneeded(field: string, document: UntrustedJson): boolean {
  const grants = stringArray(document['grant_types_supported']);
  return field === 'authorization_endpoint' && grants?.includes('authorization_code') === false;
}
