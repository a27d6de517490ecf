import * as vscode from 'vscode';
import type { AgentAdmission } from '../../broker/agents/agentAdmission.js';
import { agentAddress } from '../../broker/agents/agentSettings.js';
import type { ClientConnections } from '../../broker/agents/clientConnections.js';
import { agentSnippets, keyVariable } from '../../broker/agents/agentSnippets.js';
import type { ServerConfig } from '../../broker/settings/serverSettings.js';
import type { Redacted } from '../../base/redacted.js';
import type { EditorAgents } from '../adapters/editorAgents.js';
import { copyToClipboard, notifications, plain, type ChoiceWindow } from '../adapters/notifications.js';

interface Offer extends vscode.QuickPickItem {
  readonly run: () => Promise<void>;
  /** Whether running the item gives the key to the user. */
  readonly takesKey?: boolean;
}

export interface ConnectionParts {
  readonly servers: () => readonly ServerConfig[];
  readonly port: () => number;
  /** Agents that are other vendors' clients, with their keys in files. */
  readonly connections: ClientConnections;
  /** The machine that the addresses lead to, if the window works on a different one. */
  readonly addressNote?: { readonly label: string; readonly detail: string } | undefined;
  /** Writes the file that the stdio command reads; absent if there is no stdio command. */
  readonly writeBridge?: (
    agent: AgentAdmission,
    server: ServerConfig,
    url: string,
    key: Redacted,
  ) => Promise<string>;
}

/**
 * Shows how to connect an agent: its key, its addresses, and code. The key can be copied only while this list
 * is open, and is never shown again. It is not put into a document, because the editor would keep a copy of
 * that.
 */
export async function showConnection(
  agent: AgentAdmission,
  key: Redacted | undefined,
  parts: ConnectionParts,
  window: ChoiceWindow = vscode.window,
): Promise<void> {
  const { t } = vscode.l10n;
  let isTaken = key === undefined;
  for (;;) {
    const picked = await window.showQuickPick(offers(agent, key, parts), {
      title:
        key === undefined
          ? t('Connect {0}', agent.name)
          : t('Connect {0}: the key is shown once', agent.name),
      placeHolder: t('Code reads the key from the environment variable {0}.', keyVariable),
      ignoreFocusOut: true,
    });
    if (picked?.label.startsWith('$(check)') === false) {
      await picked.run();
      isTaken ||= picked.takesKey === true;
    } else if (isTaken || !(await wantsToGoBack(agent))) return;
  }
}

/** Asks whether to show the list again, if the user closed it without copying the key. */
async function wantsToGoBack({ name }: AgentAdmission): Promise<boolean> {
  const { t } = vscode.l10n;
  const back = t('Show It Again');
  const message = t(
    'The key of {0} wasn’t copied and can’t be shown again. To get a new one, use Rotate Agent Key….',
    name,
  );
  return (await notifications.warning(message, back)) === back;
}

/** Gives each agent a new key, one agent after the other. */
export async function rotateAll(agents: EditorAgents, parts: ConnectionParts): Promise<void> {
  for (const agent of await agents.admissions.current()) {
    const connection = await parts.connections.of(agent.id);
    if (connection !== undefined) {
      await parts.connections.rotate(connection);
      continue;
    }
    const key = await agents.admissions.rotate(agent.id);
    if (key !== undefined) await showConnection(agent, key, parts);
  }
}

function offers(agent: AgentAdmission, key: Redacted | undefined, parts: ConnectionParts): readonly Offer[] {
  const { t } = vscode.l10n;
  const copyKey: Offer[] =
    key === undefined
      ? []
      : [
          {
            label: `$(key) ${t('Copy Key')}`,
            description: t('for {0}', keyVariable),
            run: () => copyToClipboard(key.expose(), t('The key')),
            takesKey: true,
          },
        ];
  const servers = agent.servers.flatMap(({ url }) => parts.servers().filter((server) => server.url === url));
  const perServer = servers.flatMap((server): Offer[] => {
    const url = agentAddress(parts.port(), server.name);
    const { writeBridge } = parts;
    return [
      {
        label: `$(globe) ${t('Copy Address of {0}', plain(server.name))}`,
        description: url,
        run: () => copyToClipboard(url, t('The address')),
      },
      ...agentSnippets(server.name, url).map(({ label, code }) => ({
        label: `$(code) ${label}`,
        description: plain(server.name),
        run: () => copyToClipboard(code, label),
      })),
      ...(writeBridge === undefined || key === undefined
        ? []
        : [
            {
              label: `$(terminal) ${t('Copy stdio Command')}`,
              description: plain(server.name),
              run: async () => copyToClipboard(await writeBridge(agent, server, url, key), t('The command')),
              takesKey: true,
            },
          ]),
    ];
  });
  const note: Offer[] =
    parts.addressNote === undefined
      ? []
      : [
          {
            label: `$(info) ${parts.addressNote.label}`,
            detail: parts.addressNote.detail,
            run: () => Promise.resolve(),
          },
        ];
  const done: Offer = { label: `$(check) ${t('Done')}`, run: () => Promise.resolve() };
  return [...note, ...copyKey, ...perServer, done];
}
