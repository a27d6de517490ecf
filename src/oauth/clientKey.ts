import { isObject, type UntrustedJson } from './jsonResponse.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { Redacted } from '../base/redacted.js';

/** The signatures a client key can make (RFC 7518 §3.1, RFC 8037 §3.1). */
export const clientKeyAlgorithms = ['ES256', 'RS256', 'EdDSA'] as const;
export type ClientKeyAlgorithm = (typeof clientKeyAlgorithms)[number];

/** A private key that a client proves itself with. Only its public half is ever shown or sent. */
export interface ClientKey {
  readonly algorithm: ClientKeyAlgorithm;
  /** A JWK (RFC 7517) as JSON. */
  readonly privateJwk: Redacted;
  /** What the authorization server may know the key by; absent if it was imported without one. */
  readonly kid?: string;
}

const webCrypto = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  RS256: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  EdDSA: { name: 'Ed25519' },
} as const satisfies Record<ClientKeyAlgorithm, object>;

/** The members of a public JWK that its thumbprint is taken of, in their order (RFC 7638 §3.2, RFC 8037 §2). */
const publicMembers = {
  ES256: ['crv', 'kty', 'x', 'y'],
  RS256: ['e', 'kty', 'n'],
  EdDSA: ['crv', 'kty', 'x'],
} as const satisfies Record<ClientKeyAlgorithm, readonly string[]>;

/** A key of its own for a client. */
export async function generateClientKey(algorithm: ClientKeyAlgorithm): Promise<ClientKey> {
  const pair = (await crypto.subtle.generateKey(webCrypto[algorithm], true, [
    'sign',
    'verify',
  ])) as CryptoKeyPair;
  const key = await exported(pair.privateKey, algorithm);
  return { ...key, kid: await thumbprint(key) };
}

/**
 * Parses an imported key: PEM with a PKCS#8 private key (RFC 7468 §10), or a private JWK (RFC 7517). A JWK keeps its
 * `kid`. A PEM has none, and an invented one might be unknown to the authorization server.
 *
 * @param algorithm the signature algorithm, if the key allows more than one; otherwise the key decides
 * @throws OAuthFlowError `invalidClientKey`, which contains no part of the text
 */
export async function importClientKey(text: string, algorithm?: ClientKeyAlgorithm): Promise<ClientKey> {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) return importJwk(trimmed, algorithm);
  const armoured = /^-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----$/.exec(trimmed);
  if (armoured === null) throw invalid('is neither PEM nor JWK');
  const [, label, body = ''] = armoured;
  if (label !== 'PRIVATE KEY') {
    throw invalid(
      label === 'PUBLIC KEY' || label === 'CERTIFICATE' ? 'has no private key' : 'is not in PKCS#8 form',
      'Convert it with: openssl pkcs8 -topk8 -nocrypt -in key.pem',
    );
  }
  const bytes = bytesOf(body.replaceAll(/\s/g, ''));
  for (const candidate of algorithm === undefined ? clientKeyAlgorithms : [algorithm]) {
    const key = await crypto.subtle
      .importKey('pkcs8', bytes, webCrypto[candidate], true, ['sign'])
      .catch(() => undefined);
    if (key !== undefined) return exported(key, candidate);
  }
  throw invalid(`is not a key for ${algorithm ?? clientKeyAlgorithms.join(', ')}`);
}

/** The public half, to be registered at the authorization server; safe to show. */
export function publicJwk({ algorithm, privateJwk, kid }: ClientKey): Readonly<Record<string, string>> {
  const jwk = JSON.parse(privateJwk.expose()) as UntrustedJson;
  const members = publicMembers[algorithm].map((name) => [name, String(jwk[name])]);
  const shown = Object.fromEntries(members) as Record<string, string>;
  return { ...shown, ...(kid !== undefined && { kid }), alg: algorithm, use: 'sig' };
}

/** @returns a key that can sign and cannot be read out */
export function signingKey({ algorithm, privateJwk }: ClientKey): Promise<CryptoKey> {
  const jwk = JSON.parse(privateJwk.expose()) as JsonWebKey;
  return crypto.subtle.importKey('jwk', jwk, webCrypto[algorithm], false, ['sign']);
}

async function importJwk(text: string, asked: ClientKeyAlgorithm | undefined): Promise<ClientKey> {
  let jwk: unknown;
  try {
    jwk = JSON.parse(text);
  } catch {
    throw invalid('is not valid JSON');
  }
  if (!isObject(jwk)) throw invalid('is not a JWK');
  const { kty, crv, d, kid } = jwk;
  if (typeof d !== 'string') throw invalid('has no private key');
  const algorithm = clientKeyAlgorithms.find(
    (name) =>
      (name === 'ES256' && kty === 'EC' && crv === 'P-256') ||
      (name === 'RS256' && kty === 'RSA') ||
      (name === 'EdDSA' && kty === 'OKP' && crv === 'Ed25519'),
  );
  if (algorithm === undefined || (asked !== undefined && asked !== algorithm)) {
    throw invalid(`is not a key for ${asked ?? clientKeyAlgorithms.join(', ')}`);
  }
  // `alg`, `use` and `key_ops` may say what the importer does not take; the key's kind decides.
  const bare = Object.fromEntries(
    Object.entries(jwk).filter(([name]) => !['alg', 'use', 'key_ops', 'ext'].includes(name)),
  );
  const key = await crypto.subtle
    .importKey('jwk', bare as JsonWebKey, webCrypto[algorithm], true, ['sign'])
    .catch(() => {
      throw invalid('is damaged');
    });
  return { ...(await exported(key, algorithm)), ...(typeof kid === 'string' && kid !== '' && { kid }) };
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw invalid('is damaged');
  }
}

async function exported(key: CryptoKey, algorithm: ClientKeyAlgorithm): Promise<ClientKey> {
  const { key_ops, ext, alg, ...jwk } = await crypto.subtle.exportKey('jwk', key);
  return { algorithm, privateJwk: new Redacted(JSON.stringify(jwk)) };
}

async function thumbprint(key: ClientKey): Promise<string> {
  const jwk = publicJwk(key);
  const required = Object.fromEntries(publicMembers[key.algorithm].map((name) => [name, jwk[name]]));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(required)));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function invalid(problem: string, fix = 'Use a PKCS#8 PEM or a private JWK for ES256, RS256, or EdDSA.') {
  return new OAuthFlowError('invalidClientKey', `The client key cannot be used: it ${problem}.`, {
    field: 'clientKey',
    fix,
  });
}
