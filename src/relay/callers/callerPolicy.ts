import type { Result } from '@modelcontextprotocol/sdk/types.js';
import type { AgentToolOutcome } from '../../broker/agents/agentToolApprovals.js';
import type { RefusalReason } from '../../broker/calls/callRecord.js';
import type { ConsentNeed } from '../../broker/fetch/authorizedFetch.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';

/** A request in the form that a policy judges. */
export interface JudgedRequest {
  readonly server: ServerConfig;
  readonly method: string;
  /** The called tool; undefined if the request calls none. */
  readonly tool: string | undefined;
  /** Whether the called tool is the relay's own `sign_in`. */
  readonly callsSignIn: boolean;
  /** The name of the request in texts. */
  readonly what: string;
}

/** The refusal of a request. */
export interface Refusal {
  /** The text for the model. */
  readonly text: string;
  /** The reason in the record of calls; a failure if absent. */
  readonly reason?: RefusalReason;
}

/**
 * The restrictions on a caller that acts without its user: it may only do what its admission allows, and its
 * requests never wait for the user. The editor's own calls have no policy.
 */
export interface CallerPolicy {
  /** @returns undefined if the request may continue */
  judge(request: JudgedRequest): Refusal | { readonly result: Result } | undefined;
  /** Decides whether a call may run now, if the rule of its tool is to ask. */
  mayRun(request: JudgedRequest, tool: string, account: string | undefined): Promise<AgentToolOutcome>;
  /**
   * Asks the user for the consent that a request lacks.
   *
   * @returns the refusal that the caller receives without waiting for the user
   */
  askForConsent(request: JudgedRequest, need: ConsentNeed): Promise<Refusal>;
}
