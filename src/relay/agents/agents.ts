import type { AgentAdmissions } from '../../broker/agents/agentAdmissions.js';
import { AgentRequestsAcrossWindows } from '../../broker/agents/agentRequestsAcrossWindows.js';
import type { AgentConsents } from '../../broker/agents/agentConsents.js';
import type { AgentToolApprovals } from '../../broker/agents/agentToolApprovals.js';
import type { AgentSettings } from '../../broker/agents/agentSettings.js';
import type { Clock, Disposable } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { WindowNotices } from '../../base/storage.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import { AgentEndpoint } from './agentEndpoint.js';
import { AgentLimits } from '../callers/agentLimits.js';
import { AgentsPort } from './agentsPort.js';
import type { Relay } from '../relay.js';

export interface AgentsParts {
  readonly relay: Relay;
  readonly servers: () => readonly ServerConfig[];
  /** Returns the servers that the user disabled; none if absent. */
  readonly disabled?: () => readonly ServerConfig[];
  readonly admissions: AgentAdmissions;
  readonly consents: AgentConsents;
  readonly approvals: AgentToolApprovals;
  readonly settings: () => AgentSettings;
  /** How windows notify each other of agents' pending requests; absent if there is only one window. */
  readonly agentNotices?: WindowNotices;
  readonly clock: Clock;
  readonly log: Log;
}

/** The relay's part for agents: their admissions, their port, and their pending requests. */
export class Agents implements Disposable {
  readonly admissions: AgentAdmissions;
  readonly port: AgentsPort;
  readonly consents: AgentConsents;
  readonly questions: AgentToolApprovals;
  readonly #endpoint: AgentEndpoint;
  readonly #asks: AgentRequestsAcrossWindows | undefined;

  constructor(parts: AgentsParts) {
    const { relay, servers, disabled, admissions, settings, agentNotices, clock, log } = parts;
    this.admissions = admissions;
    this.consents = parts.consents;
    this.questions = parts.approvals;
    this.#asks =
      agentNotices && new AgentRequestsAcrossWindows(this.consents, this.questions, servers, agentNotices);
    const limits = new AgentLimits(settings, clock);
    this.#endpoint = new AgentEndpoint({
      admissions: this.admissions,
      servers,
      disabled,
      endpoint: relay.endpoint,
      limits,
      consents: this.consents,
      approvals: this.questions,
      onLeft: (agentId) => {
        parts.consents.forget(agentId);
        void parts.approvals.forget(agentId).catch(() => undefined);
      },
      clock,
      log,
    });
    this.port = new AgentsPort({
      admissions: this.admissions,
      port: () => settings().port,
      onRequest: this.#endpoint.handle,
      onLook: () => this.#endpoint.cutOff(),
      clock,
      log,
    });
  }

  dispose(): void {
    this.#asks?.dispose();
    this.port.dispose();
  }
}
