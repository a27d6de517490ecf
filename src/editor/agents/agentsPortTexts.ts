import * as vscode from 'vscode';
import type { PortObstacle } from '../../broker/agents/agentSettings.js';

/** The texts about a port at which no agent can be served. */
interface ObstacleTexts {
  /** The text in the view. */
  readonly label: string;
  readonly tooltip: string;
  /** The text in the notification. */
  readonly message: string;
  /** Whether agents may have sent their keys to something that is not this broker. */
  readonly hasHeardKeys: boolean;
}

/**
 * Returns the texts about a port. A program that identifies itself as a broker has not proved it, so the
 * warning about keys stays: only the user can tell which broker it is.
 */
export function obstacleTexts(port: number, why: PortObstacle): ObstacleTexts {
  const { t } = vscode.l10n;
  switch (why) {
    case 'foreign':
    case 'silent':
      return {
        label: t('Another program uses port {0}', port),
        tooltip: t('Agents can’t connect, and that program may know their keys.'),
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
          'Agents can’t connect. The port is forwarded to a program that identifies itself as MCP OAuth Broker. Agents may have sent it their keys.',
        ),
        message: t(
          'Port {0}, where agents call, is forwarded to another machine, to a program that identifies itself as MCP OAuth Broker. Stop forwarding the port, or change it here. Agents may have sent their keys there: rotate the keys unless that broker is yours.',
          port,
        ),
        hasHeardKeys: true,
      };
    case 'otherBroker':
      return {
        label: t('Another broker uses port {0}', port),
        tooltip: t(
          'Agents can’t connect. The program that uses the port identifies itself as MCP OAuth Broker, such as the one in another editor. Agents may have sent it their keys.',
        ),
        message: t(
          'Port {0}, where agents call, is used by a program that identifies itself as MCP OAuth Broker, such as the one in another editor. Change the port here or there. Agents may have sent it their keys: rotate the keys unless that broker is yours.',
          port,
        ),
        hasHeardKeys: true,
      };
    case 'notAllowed':
      return {
        label: t('Port {0} can’t be used', port),
        tooltip: t('Agents can’t connect: the system doesn’t allow listening on the port.'),
        message: t('This process isn’t allowed to listen on port {0}, where agents call.', port),
        hasHeardKeys: false,
      };
  }
}
