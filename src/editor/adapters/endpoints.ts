import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { Redacted } from '../../base/redacted.js';

/** Where the editor's own MCP client reaches a server, and with which key; the relay's part. */
export interface Endpoints {
  endpointFor(server: ServerConfig): Promise<Endpoint>;
  /** Where the sessions that the editor runs outside of itself reach all servers. */
  agentHostAddress(): Promise<Endpoint>;
}

export interface Endpoint {
  readonly url: string;
  readonly key: Redacted;
}
