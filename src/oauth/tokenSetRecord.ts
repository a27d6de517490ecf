import { defined } from '../base/defined.js';
import { clientKeyAlgorithms, type ClientKey } from './clientKey.js';
import { DpopKey, type DpopJwk } from './dpop.js';
import { isObject, stringArray, type UntrustedJson } from './jsonResponse.js';
import { authMethods, type ClientManagement, type OAuthClient } from './oauthClient.js';
import { OAuthFlowError } from './oauthFlowError.js';
import { Redacted } from '../base/redacted.js';
import type { IdTokenClaims, TokenSet } from './tokenSet.js';

type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonRecord;
interface JsonRecord {
  readonly [name: string]: JsonValue;
}

/** The tokens in clear, for SecretStorage and nothing else. */
export function tokenSetToRecord(tokens: TokenSet): JsonRecord {
  const { dpopKey, refreshToken, expiresAt, idToken, idTokenClaims } = tokens;
  return defined({
    accessToken: tokens.accessToken.expose(),
    tokenType: tokens.tokenType,
    dpopKey: dpopKey !== undefined ? { ...dpopKey.expose() } : undefined,
    refreshToken: refreshToken?.expose(),
    expiresAt,
    scopes: [...tokens.scopes],
    idToken: idToken?.expose(),
    idTokenClaims: idTokenClaims !== undefined ? { ...idTokenClaims } : undefined,
  });
}

/** @throws OAuthFlowError `invalidRecord`, naming the field and no value */
export function tokenSetFromRecord(record: unknown): TokenSet {
  const fields = new Fields('tokens', record);
  const refreshToken = fields.optionalString('refreshToken');
  const expiresAt = fields.optionalNumber('expiresAt');
  const idToken = fields.optionalString('idToken');
  const claims = fields.optional('idTokenClaims');
  const tokenType = fields.oneOf('tokenType', ['Bearer', 'DPoP']);
  const key = fields.optional('dpopKey');
  if ((tokenType === 'DPoP') !== (key !== undefined)) throw fields.invalid('tokenType');
  return defined({
    accessToken: new Redacted(fields.string('accessToken')),
    tokenType,
    dpopKey: key !== undefined ? new DpopKey(jwkFromRecord(key)) : undefined,
    refreshToken: refreshToken !== undefined ? new Redacted(refreshToken) : undefined,
    expiresAt,
    scopes: fields.strings('scopes'),
    idToken: idToken !== undefined ? new Redacted(idToken) : undefined,
    idTokenClaims: claims !== undefined ? claimsFromRecord(claims) : undefined,
  });
}

/** The client, its secret and key in clear, for SecretStorage and nothing else. */
export function clientToRecord(client: OAuthClient): JsonRecord {
  const { clientSecret, clientKey, secretExpiresAt, management } = client;
  return defined({
    clientId: client.clientId,
    clientSecret: clientSecret?.expose(),
    clientKey: clientKey !== undefined ? clientKeyToRecord(clientKey) : undefined,
    authMethod: client.authMethod,
    source: client.source,
    redirectUris: [...client.redirectUris],
    secretExpiresAt,
    management:
      management !== undefined ? { uri: management.uri, token: management.token.expose() } : undefined,
    isOneTime: client.isOneTime === true ? true : undefined,
  });
}

/** @throws OAuthFlowError `invalidRecord`, naming the field and no value */
export function clientFromRecord(record: unknown): OAuthClient {
  const fields = new Fields('client', record);
  const clientSecret = fields.optionalString('clientSecret');
  const clientKey = fields.optional('clientKey');
  const secretExpiresAt = fields.optionalNumber('secretExpiresAt');
  const management = fields.optional('management');
  return defined({
    clientId: fields.string('clientId'),
    clientSecret: clientSecret !== undefined ? new Redacted(clientSecret) : undefined,
    clientKey: clientKey !== undefined ? clientKeyFromRecord(clientKey) : undefined,
    authMethod: fields.oneOf('authMethod', authMethods),
    source: fields.oneOf('source', ['preRegistered', 'registered', 'clientIdMetadataDocument', 'editor']),
    redirectUris: fields.strings('redirectUris'),
    secretExpiresAt,
    management: management !== undefined ? managementFromRecord(management) : undefined,
    isOneTime: fields.optional('isOneTime') === true ? true : undefined,
  });
}

function managementFromRecord(record: unknown): ClientManagement {
  const fields = new Fields('client', record);
  return { uri: fields.string('uri'), token: new Redacted(fields.string('token')) };
}

function jwkFromRecord(record: unknown): DpopJwk {
  const fields = new Fields('key', record);
  return {
    kty: fields.oneOf('kty', ['EC']),
    crv: fields.oneOf('crv', ['P-256']),
    x: fields.string('x'),
    y: fields.string('y'),
    d: fields.string('d'),
  };
}

/** The key in clear, for SecretStorage and nothing else. */
export function clientKeyToRecord({ algorithm, privateJwk, kid }: ClientKey): JsonRecord {
  return defined({ algorithm, privateJwk: privateJwk.expose(), kid });
}

/** @throws OAuthFlowError `invalidRecord`, naming the field and no value */
export function clientKeyFromRecord(record: unknown): ClientKey {
  const fields = new Fields('client key', record);
  const kid = fields.optionalString('kid');
  return defined({
    algorithm: fields.oneOf('algorithm', clientKeyAlgorithms),
    privateJwk: new Redacted(fields.string('privateJwk')),
    kid,
  });
}

function claimsFromRecord(record: unknown): IdTokenClaims {
  const fields = new Fields('account', record);
  const email = fields.optionalString('email');
  const username = fields.optionalString('preferred_username');
  const name = fields.optionalString('name');
  return defined({
    sub: fields.string('sub'),
    email,
    preferred_username: username,
    name,
  });
}

/** The members of a record that is not trusted: another version, or another program, may have written it. */
class Fields {
  readonly #of: string;
  readonly #record: UntrustedJson;

  constructor(of: string, record: unknown) {
    this.#of = of;
    if (!isObject(record)) throw this.invalid('record');
    this.#record = record;
  }

  invalid(field: string): OAuthFlowError {
    const message = `The stored ${this.#of} cannot be read: "${field}" is missing or invalid.`;
    return new OAuthFlowError('invalidRecord', message, { field, fix: 'Sign in again.' });
  }

  optional(field: string): unknown {
    return this.#record[field];
  }

  string(field: string): string {
    const value = this.optional(field);
    if (typeof value !== 'string' || value === '') throw this.invalid(field);
    return value;
  }

  optionalString(field: string): string | undefined {
    return this.optional(field) === undefined ? undefined : this.string(field);
  }

  optionalNumber(field: string): number | undefined {
    const value = this.optional(field);
    if (value !== undefined && !Number.isFinite(value)) throw this.invalid(field);
    return value as number | undefined;
  }

  strings(field: string): readonly string[] {
    const value = stringArray(this.optional(field));
    if (value === undefined) throw this.invalid(field);
    return value;
  }

  oneOf<T extends string>(field: string, values: readonly T[]): T {
    const value = values.find((one) => one === this.optional(field));
    if (value === undefined) throw this.invalid(field);
    return value;
  }
}
