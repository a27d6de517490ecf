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
import type { StoredValue } from './storedRecord.js';

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
  const grant = directGrantNames.find((name) => name === record['grant']);
  if (record['version'] !== 1 || typeof as.issuer !== 'string') throw new Error('unknown record');
  const credential = {
    id: String(record['id']),
    serverUrl,
    as,
    client: clientFromRecord(record['client']),
    ...(typeof resource === 'string' && { resource }),
    ...(account !== undefined && { account }),
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
