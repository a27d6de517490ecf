import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { Redacted } from '../../base/redacted.js';

/** Provides the relay's addresses and keys to the editor's own MCP client. */
export interface Endpoints {
  endpointFor(server: ServerConfig): Promise<Endpoint>;
  /** Returns the address of all servers for the sessions that the editor runs in other processes. */
  agentHostAddress(): Promise<Endpoint>;
}

export interface Endpoint {
  readonly url: string;
  readonly key: Redacted;
}
