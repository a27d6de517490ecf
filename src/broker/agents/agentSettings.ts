import type { SettingProblem } from '../settings/serverSettings.js';

/** How much of the relay one agent may take. */
export interface AgentLimitSettings {
  readonly requestsPerMinute: number;
  /** Requests that wait for their answer at the same time. */
  readonly concurrentRequests: number;
}

/** How agents are served. */
export interface AgentSettings extends AgentLimitSettings {
  readonly port: number;
}

/**
 * The port lies below those that systems give to outgoing connections, so that it is free when it is needed. The
 * limits are wide enough for an agent that works – some begin five sessions a call, which makes twenty requests –
 * and too narrow for one that has run wild.
 */
export const defaultAgentSettings: AgentSettings = {
  port: 29_417,
  requestsPerMinute: 3_000,
  concurrentRequests: 16,
};

const bounds: Readonly<Record<keyof AgentSettings, readonly [least: number, most: number]>> = {
  port: [1_024, 65_535],
  requestsPerMinute: [1, 100_000],
  concurrentRequests: [1, 1_000],
};

/**
 * Reads the values of `mcpOAuthBroker.agents.*`; what they cannot mean is as if it were not set.
 *
 * @param valueOf the setting as it was written, undefined if it was not
 */
export function parseAgentSettings(valueOf: (key: keyof AgentSettings) => unknown): {
  readonly settings: AgentSettings;
  readonly problems: readonly SettingProblem[];
} {
  const problems: SettingProblem[] = [];
  const number = (key: keyof AgentSettings): number => {
    const value = valueOf(key);
    const [least, most] = bounds[key];
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    const instead = defaultAgentSettings[key];
    if (value !== undefined && value !== null) {
      const message = `mcpOAuthBroker.agents.${key} must be a whole number from ${least} to ${most}. Until then, ${instead} is used.`;
      problems.push({ server: '', field: '', message });
    }
    return instead;
  };
  const settings = {
    port: number('port'),
    requestsPerMinute: number('requestsPerMinute'),
    concurrentRequests: number('concurrentRequests'),
  };
  return { settings, problems };
}

/** The path at which agents reach a server; it stays the same for as long as the server has its name. */
export function agentPath(serverName: string): string {
  return `/agents/${encodeURIComponent(serverName)}/mcp`;
}

/** The path of a server for agents on this machine. */
export function agentAddress(port: number, serverName: string): string {
  return `http://127.0.0.1:${port}${agentPath(serverName)}`;
}

/** The process that listens at the agents' port. */
export type AgentsPortState =
  /** None, because no agent is admitted. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'serving'; readonly port: number }
  /** Another window; this one takes over when that ends. */
  | { readonly kind: 'standby'; readonly port: number }
  /** A process that does not prove to be a window of the same user here, or this process may not listen there. */
  | { readonly kind: 'blocked'; readonly port: number; readonly why: PortObstacle };

/**
 * What blocks the agents' port. `otherMachine` and `otherBroker` identify themselves as brokers, the first behind a
 * forwarded port. Neither has proved it, so agents' keys count as exposed in both cases.
 */
export type PortObstacle = 'foreign' | 'silent' | 'otherMachine' | 'otherBroker' | 'notAllowed';
