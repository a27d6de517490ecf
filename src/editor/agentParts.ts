import type { AgentAdmissions } from '../broker/agentAdmissions.js';
import type { AgentConsents } from '../broker/agentConsents.js';
import type { AgentsPortState } from '../broker/agentSettings.js';
import type { Disposable } from '../broker/ports.js';

/** What the editor shows and does about agents. */
export interface EditorAgents {
  readonly admissions: AgentAdmissions;
  readonly consents: AgentConsents;
  readonly port: {
    readonly state: AgentsPortState;
    readonly onDidChange: (listener: (state: AgentsPortState) => void) => Disposable;
    look(): Promise<void>;
  };
}
