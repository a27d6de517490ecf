import type { AgentsPortState, PortObstacle } from '../broker/agents/agentSettings.js';
import type { AgentAsk } from '../broker/agents/agentConsents.js';
import { systemClock } from '../node/machine.js';
import { Agents } from '../relay/agents/agents.js';
import { commandName } from './commandLine.js';
import type { Session } from './session.js';

/** Serves the admitted agents until the session has to end. */
export async function serve({ settings, broker, terminal, signal }: Session): Promise<void> {
  const agents = new Agents({
    relay: broker.relay,
    servers: () => settings.servers,
    disabled: () => settings.disabled,
    admissions: broker.admissions,
    consents: broker.consents,
    approvals: broker.approvals,
    settings: () => settings.agents,
    clock: systemClock,
    log: terminal,
  });
  const told = new Set<string>();
  const subscriptions = [
    agents.port.onDidChange((state) => terminal.say(stateTexts(state))),
    agents.consents.onDidAsk((ask) => terminal.say(askTexts(ask))),
    broker.authorizedFetch.tokens.narrowed.onDidFail((serverUrl) => {
      const server = settings.servers.find(({ url }) => url === serverUrl);
      if (server === undefined || told.has(serverUrl)) return;
      told.add(serverUrl);
      terminal.warn(
        `The authorization server of ${server.name} doesn’t issue tokens with fewer scopes than were granted, even if the agent has its own sign-in. Agents call the server with all granted scopes; only the tools they were admitted to limit what they can do.`,
      );
    }),
  ];
  try {
    await agents.port.look();
    if (agents.port.state.kind === 'idle') terminal.say(stateTexts(agents.port.state));
    await aborted(signal);
  } finally {
    for (const subscription of subscriptions) subscription.dispose();
    agents.dispose();
  }
}

function stateTexts(state: AgentsPortState): string {
  switch (state.kind) {
    case 'idle':
      return `No agent is admitted, so no port is opened. Admit one with “${commandName} admit”.`;
    case 'serving':
      return `Serving agents at http://127.0.0.1:${state.port}.`;
    case 'standby':
      return `Another process serves agents at http://127.0.0.1:${state.port}; this one takes over when that ends.`;
    case 'blocked':
      return `${obstacleTexts(state.why, state.port)} Until then, agents can’t connect. To use another port, set agents.port in the settings.`;
  }
}

/** A program that declares to be a broker has not proved it, so the warning about keys stays. */
function obstacleTexts(why: PortObstacle, port: number): string {
  const rotate = `“${commandName} rotate” creates new ones`;
  switch (why) {
    case 'foreign':
    case 'silent':
      return `Another program uses port ${port}, where agents call. Agents may have sent it their keys: ${rotate}.`;
    case 'otherMachine':
      return `Port ${port}, where agents call, is forwarded to another machine, to a program that identifies itself as MCP OAuth Broker. Stop forwarding the port. Agents may have sent their keys there: unless that broker is yours, ${rotate}.`;
    case 'otherBroker':
      return `Port ${port}, where agents call, is used by a program that identifies itself as MCP OAuth Broker, such as the one in an editor. Agents may have sent it their keys: unless that broker is yours, ${rotate}.`;
    case 'notAllowed':
      return `This process isn’t allowed to listen on port ${port}, where agents call.`;
  }
}

/** What the user types to give an agent what it lacks. */
function askTexts({ agent, server, what, kind, scopes, request }: AgentAsk): string {
  const wanted = scopes.map((scope) => ` --scope ${quoted(scope)}`).join('');
  const need = kind === 'signIn' ? `a sign-in to ${server.name}` : `more access to ${server.name}`;
  const own = request.forAgent === undefined ? '' : ` --agent ${quoted(agent.name)}`;
  return `The agent ${agent.name} needs ${need} for ${what}: ${commandName} sign-in ${quoted(server.name)}${wanted}${own}`;
}

/** Scopes and names are text of servers, which a shell must read as one word each. */
function quoted(text: string): string {
  return /^[\w.:/@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
