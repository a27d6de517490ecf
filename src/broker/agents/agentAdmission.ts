import { defined } from '../../base/defined.js';
import { isObject, stringArray } from '../../oauth/jsonResponse.js';

/** What an agent may use of one server. */
export interface AdmittedServer {
  /** The server's configured address; another one under the same name is not admitted. */
  readonly url: string;
  /** The account's key; the workspace's current account if absent. */
  readonly account?: string;
  /** The scopes a token may have at most; absent: what the user has granted. */
  readonly scopes?: readonly string[];
  /** The tools it may call; absent: all of them. */
  readonly tools?: readonly string[];
  /** Names that the server had when the agent was given its address, which goes on working. */
  readonly formerNames?: readonly string[];
}

/** What a user allowed an agent. Nothing of it is secret. */
export interface AgentAdmission {
  /** Random and stable for the life of the admission. */
  readonly id: string;
  readonly name: string;
  readonly servers: readonly AdmittedServer[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch; absent: until it is withdrawn. */
  readonly expiresAt?: number;
  /** Which of its keys counts: another one each time the key is rotated. */
  readonly keyId: string;
}

/** An admission and what verifies its key: a salted digest, from which no key can be had. */
export interface StoredAdmission {
  readonly admission: AgentAdmission;
  /** HMAC key, base64. */
  readonly salt: string;
  /** HMAC-SHA256 of the agent's key, base64. */
  readonly digest: string;
}

/** Everything that is stored of agents. */
export interface AgentRecord {
  readonly generation: number;
  /** What windows prove to each other that they belong together with, base64. */
  readonly portSecret: string;
  readonly agents: readonly StoredAdmission[];
}

/** Whether the admission still counts. */
export function isCurrent({ expiresAt }: AgentAdmission, now: number): boolean {
  return expiresAt === undefined || now < expiresAt;
}

export function agentRecordText({ portSecret, agents }: AgentRecord): string {
  return JSON.stringify({ version: 1, portSecret, agents });
}

/** @throws Error if the text is not such a record, or has another version */
export function agentRecordOf(text: string, generation: number): AgentRecord {
  const record: unknown = JSON.parse(text);
  if (!isObject(record) || record['version'] !== 1 || !Array.isArray(record['agents'])) {
    throw new Error('unknown record');
  }
  return {
    generation,
    portSecret: textOf(record['portSecret']),
    agents: record['agents'].map((agent: unknown) => storedAdmissionOf(agent)),
  };
}

function storedAdmissionOf(value: unknown): StoredAdmission {
  if (!isObject(value) || !isObject(value['admission'])) throw new Error('unknown admission');
  const { id, name, servers, createdAt, expiresAt, keyId } = value['admission'];
  if (!Array.isArray(servers)) throw new Error('unknown admission');
  return {
    admission: defined({
      id: textOf(id),
      name: textOf(name),
      servers: servers.map((server: unknown) => admittedServerOf(server)),
      createdAt: Number(createdAt),
      // What cannot be read as a time ends now, not never.
      expiresAt: expiresAt !== undefined ? Number(expiresAt) : undefined,
      keyId: textOf(keyId),
    }),
    salt: textOf(value['salt']),
    digest: textOf(value['digest']),
  };
}

function admittedServerOf(value: unknown): AdmittedServer {
  if (!isObject(value)) throw new Error('unknown server');
  const { url, account, scopes, tools, formerNames } = value;
  return defined({
    url: textOf(url),
    account: account !== undefined ? textOf(account) : undefined,
    scopes: scopes !== undefined ? textsOf(scopes) : undefined,
    tools: tools !== undefined ? textsOf(tools) : undefined,
    formerNames: formerNames !== undefined ? textsOf(formerNames) : undefined,
  });
}

function textOf(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new Error('unknown field');
  return value;
}

function textsOf(value: unknown): readonly string[] {
  const texts = stringArray(value);
  if (texts === undefined) throw new Error('unknown field');
  return texts;
}
