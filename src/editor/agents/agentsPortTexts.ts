import * as vscode from 'vscode';
import type { PortObstacle } from '../../broker/agents/agentSettings.js';

/** What is said of a port where no agent can be served. */
interface ObstacleTexts {
  /** In the view. */
  readonly label: string;
  readonly tooltip: string;
  /** In the notification. */
  readonly message: string;
  /** Whether agents may have sent their keys to something that is not this broker. */
  readonly hasHeardKeys: boolean;
}

/** What says that it is a broker has not proved it: the warning about keys stays, and the user knows the rest. */
export function obstacleTexts(port: number, why: PortObstacle): ObstacleTexts {
  const { t } = vscode.l10n;
  switch (why) {
    case 'foreign':
    case 'silent':
      return {
        label: t('Another program uses port {0}', port),
        tooltip: t('No agent is served, and their keys may be known to that program.'),
        message: t(
          'Another program uses port {0}, where agents call. Agents may have sent it their keys.',
          port,
        ),
        hasHeardKeys: true,
      };
    case 'otherMachine':
      return {
        label: t('Port {0} leads to another machine', port),
        tooltip: t(
          'No agent is served. The port is forwarded, and what answers there says it is MCP OAuth Broker. Agents may have sent it their keys.',
        ),
        message: t(
          'Port {0}, where agents call, is forwarded to another machine. What answers there says it is MCP OAuth Broker. Stop forwarding the port, or change it here. Agents may have sent their keys there: rotate them unless that broker is yours.',
          port,
        ),
        hasHeardKeys: true,
      };
    case 'otherBroker':
      return {
        label: t('Another broker uses port {0}', port),
        tooltip: t(
          'No agent is served. The program that uses the port says it is MCP OAuth Broker, such as the one in another editor. Agents may have sent it their keys.',
        ),
        message: t(
          'Port {0}, where agents call, is used by a program that says it is MCP OAuth Broker, such as the one in another editor. Change the port here or there. Agents may have sent it their keys: rotate them unless that broker is yours.',
          port,
        ),
        hasHeardKeys: true,
      };
    case 'notAllowed':
      return {
        label: t('Port {0} can’t be used', port),
        tooltip: t('No agent is served: the system doesn’t allow listening on the port.'),
        message: t('This process may not listen on the port {0}, where agents call.', port),
        hasHeardKeys: false,
      };
  }
}
