import * as vscode from 'vscode';
import type { AgentAdmission } from '../../broker/agents/agentAdmission.js';
import type { ClientConnection } from '../../broker/agents/clientConnection.js';
import type { AgentAsk } from '../../broker/agents/agentConsents.js';
import type { AgentToolQuestion } from '../../broker/agents/agentToolAnswers.js';
import type { SignOuts } from '../../broker/signIn/signOut.js';
import { AdmitAgent, type AdmitAgentParts } from './admitAgent.js';
import { showConnection, type ConnectionParts } from './agentConnection.js';
import type { EditorAgents } from '../adapters/editorAgents.js';
import type { AgentNotices } from './agentNotices.js';
import type { Commands } from '../adapters/commands.js';
import { notifications, plain } from '../adapters/notifications.js';

export interface AgentCommandParts extends AdmitAgentParts, ConnectionParts {
  readonly agents: EditorAgents;
  readonly notices: AgentNotices;
  readonly signOuts: SignOuts;
  /** Asks for confirmation, and disconnects another vendor's client. */
  readonly disconnect: (connection: ClientConnection) => Promise<void>;
  /** Removes the files that the stdio command reads for the agent. */
  readonly removeBridges: (agent: AgentAdmission) => Promise<void>;
}

/**
 * Registers “Admit Agent…”, “Connect Agent…”, “Rotate Agent Key…”, “Withdraw Agent…” and the commands for
 * pending requests.
 */
export function registerAgentCommands(commands: Commands, parts: AgentCommandParts): void {
  const { t } = vscode.l10n;
  const { admissions, port } = parts.agents;

  commands.register('admitAgent', async () => {
    if (parts.servers().length === 0) {
      void notifications.information(t('Add an MCP server before you admit an agent.'));
      return;
    }
    const admission = await new AdmitAgent(parts).ask();
    if (admission === undefined) return;
    const { agent, key } = await admissions.admit(admission);
    await port.look();
    await showConnection(agent, key, parts);
  });

  commands.register('connectAgent', async (row) => {
    const agent = await chooseAgent(row, parts.agents, t('Connect which agent?'));
    if (agent !== undefined) await showConnection(agent, undefined, parts);
  });

  commands.register('rotateAgentKey', async (row) => {
    const agent = await chooseAgent(row, parts.agents, t('Rotate the key of which agent?'));
    if (agent === undefined) return;
    const connection = await parts.connections.of(agent.id);
    if (connection !== undefined) {
      await parts.connections.rotate(connection);
      void notifications.information(
        t('{0} has a new key. Its configuration file didn’t change.', agent.name),
      );
      return;
    }
    const rotate = t('Rotate');
    const detail = t('The current key stops working immediately, and calls that use it end.');
    if ((await notifications.modal(t('Rotate the key of {0}?', agent.name), detail, rotate)) !== rotate)
      return;
    const key = await admissions.rotate(agent.id);
    if (key !== undefined) await showConnection(agent, key, parts);
  });

  commands.register('withdrawAgent', async (row) => {
    const agent = await chooseAgent(row, parts.agents, t('Withdraw which agent?'));
    if (agent === undefined) return;
    const connection = await parts.connections.of(agent.id);
    if (connection !== undefined) {
      await parts.disconnect(connection);
      return;
    }
    const withdraw = t('Withdraw');
    const detail = t('Its key stops working immediately, and its running calls end.');
    if ((await notifications.modal(t('Withdraw {0}?', agent.name), detail, withdraw)) !== withdraw) return;
    await parts.signOuts.withdraw(agent);
    await parts.removeBridges(agent);
  });

  commands.register('grantAgent', async (row) => {
    const { consents, questions } = parts.agents;
    const waiting = waitingOf(row) ?? consents.pending[0] ?? questions.pending[0];
    const agent = (await admissions.all()).find(({ id }) => id === waiting?.agent.id);
    if (waiting !== undefined && 'kind' in waiting) await parts.notices.grant(waiting);
    else if (waiting !== undefined && agent !== undefined) await questions.show(waiting.id, agent.name);
    else void notifications.information(t('No agent is waiting for you.'));
  });

  commands.register('declineAgent', async (row) => {
    const waiting = waitingOf(row);
    if (waiting === undefined) return;
    if ('kind' in waiting) parts.agents.consents.decline(waiting.id);
    else await parts.agents.questions.answer(waiting.id, false);
  });

  commands.register('agentsPort', async () => {
    await port.look();
    await parts.notices.portState(port.state);
  });
}

async function chooseAgent(
  row: unknown,
  agents: EditorAgents,
  title: string,
): Promise<AgentAdmission | undefined> {
  const all = await agents.admissions.all();
  if (typeof row === 'object' && row !== null && 'agent' in row) {
    const { id } = row.agent as AgentAdmission;
    return all.find((agent) => agent.id === id);
  }
  if (all.length === 0) {
    void notifications.information(vscode.l10n.t('You haven’t admitted any agents.'));
    return undefined;
  }
  const items = all.map((agent) => ({ label: plain(agent.name), agent }));
  return (await vscode.window.showQuickPick(items, { title }))?.agent;
}

/** Returns the pending request of a row, or the first one of an agent's row. */
function waitingOf(row: unknown): AgentAsk | AgentToolQuestion | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  if ('ask' in row) return row.ask as AgentAsk | AgentToolQuestion;
  return 'asks' in row ? (row.asks as readonly (AgentAsk | AgentToolQuestion)[])[0] : undefined;
}
