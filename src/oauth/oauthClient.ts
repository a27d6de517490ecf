import { defined } from '../base/defined.js';
import type { AuthorizationServer } from './authorizationServerMetadata.js';
import type { ClientKey } from './clientKey.js';
import type { Redacted } from '../base/redacted.js';

/**
 * A client registered by hand, with the method its authorization server takes for what it has to prove itself
 * with. A key goes before a secret, which the other side has to know too.
 */
export function preRegisteredClient(
  as: AuthorizationServer,
  clientId: string,
  { secret, key }: { readonly secret?: Redacted | undefined; readonly key?: ClientKey | undefined } = {},
): OAuthClient {
  const proof = { hasSecret: secret !== undefined, keyAlgorithm: key?.algorithm };
  const authMethod = preRegisteredMethod(as, proof);
  const usesKey = authMethod === 'private_key_jwt';
  return defined({
    clientId,
    source: 'preRegistered',
    redirectUris: [],
    authMethod,
    clientKey: usesKey ? key : undefined,
    clientSecret: usesKey ? undefined : secret,
  });
}

/** What a client registered by hand was given to prove itself with. */
export interface ClientProof {
  readonly hasSecret: boolean;
  /** Absent: it has no key. */
  readonly keyAlgorithm?: ClientKey['algorithm'] | undefined;
}

/** The method such a client has at an authorization server. */
export function preRegisteredMethod(
  as: AuthorizationServer,
  { hasSecret, keyAlgorithm }: ClientProof,
): AuthMethod {
  if (keyAlgorithm !== undefined && (!hasSecret || takesKey(as, keyAlgorithm))) return 'private_key_jwt';
  return hasSecret ? secretMethod(as) : 'none';
}

/** Basic unless the server lists its methods and Basic is not among them (RFC 8414 §2: the default). */
export function secretMethod(as: AuthorizationServer): AuthMethod {
  const listed = as.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  if (!listed.includes('client_secret_basic') && listed.includes('client_secret_post')) {
    return 'client_secret_post';
  }
  return 'client_secret_basic';
}

/** RFC 8414 §2; RFC 9864 gave EdDSA with this curve a name of its own. */
function takesKey(as: AuthorizationServer, algorithm: ClientKey['algorithm']): boolean {
  if (as.token_endpoint_auth_methods_supported?.includes('private_key_jwt') !== true) return false;
  const listed = as.token_endpoint_auth_signing_alg_values_supported;
  if (listed === undefined) return true;
  return listed.includes(algorithm) || (algorithm === 'EdDSA' && listed.includes('Ed25519'));
}

/** How a client may prove itself (RFC 7591 §2). */
export const authMethods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
export type AuthMethod = (typeof authMethods)[number];

/** The management address of a registration, and the token for it (RFC 7592). */
export interface ClientManagement {
  readonly uri: string;
  readonly token: Redacted;
}

/** Our client at one authorization server; never used at another. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret?: Redacted;
  /** For `private_key_jwt`. */
  readonly clientKey?: ClientKey;
  readonly authMethod: AuthMethod;
  /** `editor`: the editor's own client, of which only the accounts are known. */
  readonly source: 'preRegistered' | 'registered' | 'clientIdMetadataDocument' | 'editor';
  /** Empty if the registration is not ours to know. */
  readonly redirectUris: readonly string[];
  /** Milliseconds since the epoch; absent: it does not expire. */
  readonly secretExpiresAt?: number;
  readonly management?: ClientManagement;
  /** Registered for one sign-in, with a redirect URI that does not come again. */
  readonly isOneTime?: true;
}
