import type { AuthorizationServer } from '../../oauth/authorizationServerMetadata.js';
import {
  clientFromRecord,
  clientToRecord,
  tokenSetFromRecord,
  tokenSetToRecord,
} from '../../oauth/tokenSetRecord.js';
import type { Account, Credential } from './credential.js';
import { directGrantNames } from '../settings/grantChoice.js';
import { lentTokenFromRecord, lentTokenRecord } from './lentToken.js';
import type { Log } from '../ports.js';
import { serverUrlOf } from './accountSlots.js';
import type { RecordKind, StoredValue } from './storedRecord.js';

/** The credential in clear, for secret storage and sealed records and nothing else. */
export function credentialToRecord(credential: Credential, generation: number): object {
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
 * @param serverUrl the place the record was found at; what a record says of its address is not trusted
 * @throws where it is no such record
 */
export function credentialFromRecord(serverUrl: string, value: unknown): StoredValue<Credential> {
  const record = value as Record<string, unknown>;
  const as = record['as'] as AuthorizationServer;
  const account = record['account'] as Account | undefined;
  const resource = record['resource'];
  const signedInAt = record['signedInAt'];
  const unnamedId = record['unnamedId'];
  const grant = directGrantNames.find((name) => name === record['grant']);
  if (record['version'] !== 1 || typeof as.issuer !== 'string') throw new Error('unknown record');
  const credential = {
    id: String(record['id']),
    serverUrl,
    as,
    client: clientFromRecord(record['client']),
    ...(typeof resource === 'string' && { resource }),
    ...(account !== undefined && { account }),
    ...(typeof unnamedId === 'string' && { unnamedId }),
    ...(grant !== undefined && { grant }),
    tokens:
      grant === 'editorAccount'
        ? lentTokenFromRecord(record['tokens'])
        : tokenSetFromRecord(record['tokens']),
    obtainedAt: Number(record['obtainedAt']),
    ...(typeof signedInAt === 'number' && { signedInAt }),
  };
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
