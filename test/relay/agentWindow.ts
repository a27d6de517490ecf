import { createHeadlessBroker } from '../../src/headless/headlessBroker.js';
import { FileLock } from '../../src/node/files/fileLock.js';
import { SealedFiles } from '../../src/node/store/sealedFiles.js';
import { HostSealingKey } from '../../src/node/store/sealingKey.js';
import { systemClock } from '../../src/node/machine.js';
import { parseServers } from '../../src/broker/settings/serverSettings.js';
import { defaultAgentSettings } from '../../src/broker/agents/agentSettings.js';
import { Agents } from '../../src/relay/agents/agents.js';
import { MemoryLog, MemoryMemory, MemorySecrets } from '../broker/memoryStores.js';

/** What a window of the same user has in common with the others. */
export interface AgentWindowOptions {
  readonly directory: string;
  readonly port: number;
  readonly upstream: string;
}

/** Runs a window as a separate process, which reports the state of its agents' port to its parent. */
function openWindow({ directory, port, upstream }: AgentWindowOptions): void {
  const secrets = new MemorySecrets();
  const log = new MemoryLog();
  const clock = systemClock;
  const lock = new FileLock(`${directory}/locks`, log);
  const { servers } = parseServers({ scripted: { url: upstream } });
  const broker = createHeadlessBroker({
    servers: () => servers,
    secrets,
    memory: new MemoryMemory(),
    lock,
    agentRecords: new SealedFiles(
      `${directory}/records`,
      new HostSealingKey(`${directory}/host.key`, lock),
      log,
      clock,
    ),
    clock,
    log,
    fetch: (url, init) => fetch(url, init),
    resolver: { addressesOf: () => Promise.resolve([]) },
    consentPrompt: { ask: () => Promise.resolve(false) },
    confirmAccountChange: () => Promise.resolve('present'),
  });
  const agents = new Agents({
    relay: broker.relay,
    servers: () => servers,
    admissions: broker.admissions,
    consents: broker.consents,
    approvals: broker.approvals,
    settings: () => ({ ...defaultAgentSettings, port, requestsPerMinute: 100_000 }),
    clock,
    log,
  });
  agents.port.onDidChange((state) => process.send?.(state.kind));
  // The window ends with its parent.
  process.once('disconnect', () => process.exit());
  void agents.port.look();
}

openWindow(JSON.parse(process.argv[2] ?? '') as AgentWindowOptions);
