import { agentAddress } from '../broker/agents/agentSettings.js';
import { ClientConnections } from '../broker/agents/clientConnections.js';
import type { Core } from '../core/core.js';
import { agentSettings } from '../editor/settings/agentSettings.js';
import type { BridgeFiles } from '../node/clients/bridgeFiles.js';
import { ClientConnectionFiles } from '../node/clients/clientConnectionFiles.js';
import type { Platform } from './platform.js';

/**
 * Creates the management of other vendors' clients, which are connected through their own configuration
 * files.
 */
export function connectedClients(core: Core, platform: Platform, keys: BridgeFiles): ClientConnections {
  const { directory, settings, storage } = platform;
  return new ClientConnections({
    admissions: core.admissions,
    withdraw: (agent) => core.signOuts.withdraw(agent),
    files: platform.machineFiles,
    keys,
    records: new ClientConnectionFiles(directory),
    lock: storage.lock,
    servers: () => settings.servers,
    address: ({ name }) => agentAddress(agentSettings().port, name),
  });
}
