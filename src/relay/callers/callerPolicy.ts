import type { Result } from '@modelcontextprotocol/sdk/types.js';
import type { AgentToolOutcome } from '../../broker/agents/agentToolApprovals.js';
import type { RefusalReason } from '../../broker/calls/callRecord.js';
import type { ConsentNeed } from '../../broker/fetch/authorizedFetch.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';

/** A request as a policy judges it. */
export interface JudgedRequest {
  readonly server: ServerConfig;
  readonly method: string;
  /** The tool that it calls, if it calls one. */
  readonly tool: string | undefined;
  /** The tool is the relay's own `sign_in`. */
  readonly callsSignIn: boolean;
  /** How texts name it. */
  readonly what: string;
}

/** A request that does not go on. */
export interface Refusal {
  /** For the model. */
  readonly text: string;
  /** For the record of calls; a failure if absent. */
  readonly reason?: RefusalReason;
}

/**
 * What holds for a caller that acts without its user: it does what it was admitted to, and is never held while the user
 * is asked. The editor's own calls have no policy.
 */
export interface CallerPolicy {
  /** @returns undefined if the request may go on */
  judge(request: JudgedRequest): Refusal | { readonly result: Result } | undefined;
  /** Whether a call may run now if the rule for its tool is to ask. */
  mayRun(request: JudgedRequest, tool: string, account: string | undefined): Promise<AgentToolOutcome>;
  /** Asks the user for the consent that a request lacks. @returns what the caller gets meanwhile */
  askForConsent(request: JudgedRequest, need: ConsentNeed): Promise<Refusal>;
}
