import { defined } from '../../base/defined.js';
import type { AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import {
  clientFromRecord,
  clientToRecord,
  tokenSetFromRecord,
  tokenSetToRecord,
} from '../../oauth/tokenSetRecord.js';
import type { Account, Credential } from './credential.js';
import { directGrantNames } from '../settings/grant.js';
import type { Log } from '../../base/log.js';
import { serverUrlOf, type RecordKind, type StoredValue } from './storedRecord.js';
import { isObject, stringArray } from '../../oauth/jsonResponse.js';
import { Redacted } from '../../base/redacted.js';
import type { TokenSet } from '../../oauth/tokenSet.js';

/** The credential in clear, for secret storage and sealed records and nothing else. */
function credentialToRecord(credential: Credential, generation: number): object {
  return {
    version: 1,
    generation,
    id: credential.id,
    as: credential.as,
    client: clientToRecord(credential.client),
    resource: credential.resource,
    grant: credential.grant,
    account: credential.account,
    unnamedId: credential.unnamedId,
    // The editor's token is the editor's to keep.
    tokens:
      credential.grant === 'editorAccount'
        ? lentTokenRecord(credential.tokens)
        : tokenSetToRecord(credential.tokens),
    obtainedAt: credential.obtainedAt,
    signedInAt: credential.signedInAt,
  };
}

/**
 * Reads a stored record.
 *
 * @param serverUrl the place of the record; the address in the record is not trusted
 * @throws Error if the text is not such a record
 */
function credentialFromRecord(serverUrl: string, value: unknown): StoredValue<Credential> {
  const record = value as Record<string, unknown>;
  const as = record['as'] as AuthorizationServer;
  const account = record['account'] as Account | undefined;
  const resource = record['resource'];
  const signedInAt = record['signedInAt'];
  const unnamedId = record['unnamedId'];
  const grant = directGrantNames.find((name) => name === record['grant']);
  if (record['version'] !== 1 || typeof as.issuer !== 'string') throw new Error('unknown record');
  const credential = defined({
    id: String(record['id']),
    serverUrl,
    as,
    client: clientFromRecord(record['client']),
    resource: typeof resource === 'string' ? resource : undefined,
    account,
    unnamedId: typeof unnamedId === 'string' ? unnamedId : undefined,
    grant,
    tokens:
      grant === 'editorAccount'
        ? lentTokenFromRecord(record['tokens'])
        : tokenSetFromRecord(record['tokens']),
    obtainedAt: Number(record['obtainedAt']),
    signedInAt: typeof signedInAt === 'number' ? signedInAt : undefined,
  });
  return { generation: Number(record['generation'] ?? 0), value: credential };
}

/** How credentials are kept: by server URL and slot. */
export function credentialRecords(log: Log): RecordKind<Credential> {
  return {
    prefix: 'credential ',
    sharedPrefix: '',
    toText: (credential, generation) => JSON.stringify(credentialToRecord(credential, generation)),
    fromText: (name, text) => {
      const serverUrl = serverUrlOf(name);
      try {
        return credentialFromRecord(serverUrl, JSON.parse(text));
      } catch {
        // Kept as it is: a later version may read it, and a new sign-in replaces it.
        log.warn(`The stored sign-in for ${new URL(serverUrl).host} cannot be read; sign in again.`);
        return undefined;
      }
    },
    identity: ({ id }) => id,
    // The later sign-in, and of one sign-in the tokens that were issued last.
    merge: (newer, older, isTie) => (isTie && isLater(older, newer) ? older : newer),
  };
}

/** When the user signed in, as far as that is known. */
export function signedInAt({ signedInAt: at, obtainedAt }: Credential): number {
  return at ?? obtainedAt;
}

function isLater(one: Credential, other: Credential): boolean {
  if (one.id !== other.id) return signedInAt(one) > signedInAt(other);
  return one.obtainedAt > other.obtainedAt;
}

/**
 * A token of the editor's own account is only lent, so no record contains it. The record has the account and its
 * scopes, and a credential that is read from it needs a token before its first use.
 */

/** A credential as its record has it: at the end of its life. */
export function withoutLentToken(credential: Credential): Credential {
  return { ...credential, tokens: noToken(credential.tokens.scopes) };
}

export function hasLentToken({ tokens }: Credential): boolean {
  return tokens.accessToken.expose() !== '';
}

/** What a record contains instead of tokens. */
function lentTokenRecord({ scopes }: TokenSet): { readonly scopes: readonly string[] } {
  return { scopes };
}

/** @throws Error if the text is not a record */
function lentTokenFromRecord(record: unknown): TokenSet {
  const scopes = isObject(record) ? stringArray(record['scopes']) : undefined;
  if (scopes === undefined) throw new Error('unknown record');
  return noToken(scopes);
}

/**
 * The tokens that this window uses, by the name of the record. While the sign-in is the same, they take precedence
 * over the record.
 */
export class LentTokens {
  readonly #inUse = new Map<string, Credential>();

  /** Remembers what was just stored. */
  keep(name: string, credential: Credential | undefined): void {
    if (credential?.grant === 'editorAccount' && hasLentToken(credential)) {
      this.#inUse.set(name, credential);
    } else this.#inUse.delete(name);
  }

  /** Gives a credential that was read from its record the token it has here. */
  withToken(name: string, credential: Credential | undefined): Credential | undefined {
    if (credential?.grant !== 'editorAccount') return credential;
    const lent = this.#inUse.get(name);
    const isSame =
      lent?.id === credential.id && String(lent.tokens.scopes) === String(credential.tokens.scopes);
    return isSame ? { ...credential, tokens: lent.tokens, obtainedAt: lent.obtainedAt } : credential;
  }

  clear(): void {
    this.#inUse.clear();
  }
}

function noToken(scopes: readonly string[]): TokenSet {
  return { accessToken: new Redacted(''), tokenType: 'Bearer', expiresAt: 0, scopes };
}
