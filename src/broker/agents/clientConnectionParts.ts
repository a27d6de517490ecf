import type { StdioCommand } from '../../mcpClients/connectionEntry.js';
import type { Redacted } from '../../base/redacted.js';
import type { OtherFileStore } from '../imports/otherFiles.js';
import type { Lock } from '../../base/storage.js';
import type { ServerConfig } from '../settings/serverSettings.js';
import type { AgentAdmission } from './agentAdmission.js';
import type { AgentAdmissions } from './agentAdmissions.js';

/** The files that the command reads, each by a name. */
interface ClientKeys {
  clientCommand(name: string): StdioCommand;
  placeLauncher(): Promise<void>;
  write(name: string, url: string, key: Redacted): Promise<unknown>;
  /** Changes the key; the address stays. */
  rekey(name: string, key: Redacted): Promise<void>;
  /** Changes the address; the key stays. */
  redirect(name: string, url: string): Promise<void>;
  removeAll(prefix: string): Promise<void>;
}

interface ClientRecords {
  all(): Promise<readonly unknown[]>;
  put(name: string, record: object): Promise<void>;
  remove(name: string): Promise<void>;
}

interface AdmittedAgent {
  readonly id: string;
  readonly servers: AgentAdmission['servers'];
}

export interface ClientConnectionParts {
  readonly admissions: AgentAdmissions;
  readonly withdraw: (agent: AdmittedAgent) => Promise<void>;
  /** The configuration files of other programs. */
  readonly files: OtherFileStore;
  readonly keys: ClientKeys;
  readonly records: ClientRecords;
  readonly lock: Lock;
  readonly servers: () => readonly ServerConfig[];
  /** The addresses at which agents reach a server now. */
  readonly address: (server: ServerConfig) => string;
}
