import type { Redacted } from '../../base/redacted.js';
import type { ServerConfig } from '../settings/serverSettings.js';

/** Where a workload's signed assertion (RFC 7523 §2.1) is found: a file or a variable that its platform renews. */
export interface AssertionSource {
  /** Reads it anew: what was read before may have expired. Undefined where there is none. */
  read(server: ServerConfig): Promise<Redacted | undefined>;
}
