import type { AgentAdmissions } from '../../broker/agents/agentAdmissions.js';
import type { AgentConsents } from '../../broker/agents/agentConsents.js';
import type { AgentToolApprovals } from '../../broker/agents/agentToolApprovals.js';
import type { AgentsPortState } from '../../broker/agents/agentSettings.js';
import type { Disposable } from '../../base/clock.js';

/** The parts with which the editor shows and manages agents. */
export interface EditorAgents {
  readonly admissions: AgentAdmissions;
  readonly consents: AgentConsents;
  readonly questions: AgentToolApprovals;
  readonly port: {
    readonly state: AgentsPortState;
    readonly onDidChange: (listener: (state: AgentsPortState) => void) => Disposable;
    look(): Promise<void>;
  };
}
