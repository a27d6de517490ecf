import { mutant, type Mutant } from './mutant.js';

const connections = 'src/broker/agents/clientConnections.ts';
const bridgeFiles = 'src/node/clients/bridgeFiles.ts';
const text = 'src/mcpClients/connectionText.ts';

const connectionsTest = 'test/node/clientConnections.test.ts';
const textTest = 'test/mcpClients/connectionText.test.ts';
const bridgeTest = 'test/relay/stdioBridge.test.ts';
const filesTest = 'test/node/bridgeFiles.test.ts';

/** Defects of what is promised of clients of other makers. */
export const connectedClientMutants: readonly Mutant[] = [
  mutant(
    'client: others can read the file with its key',
    bridgeFiles,
    [
      'JSON.stringify({ url, key: key.expose() }), 0o600)',
      'JSON.stringify({ url, key: key.expose() }), 0o644)',
    ],
    bridgeTest,
  ),
  mutant(
    'client: its file leads to the editor’s executable of today',
    bridgeFiles,
    ["if (process.platform !== 'win32') return { command: this.launcher, args: [file], env: {} };", ''],
    filesTest,
  ),
  mutant(
    'client: admitted although its file could not be written',
    connections,
    ['undo.push(() => this.parts.withdraw({ id: agentId, servers: limits.servers }));', ''],
    connectionsTest,
  ),
  mutant(
    'client: its key stays on disk although its file could not be written',
    connections,
    ['undo.push(() => keys.removeAll(agentId));', ''],
    connectionsTest,
  ),
  mutant(
    'client: disconnected, and its key still works',
    connections,
    ['await withdraw({ id: agentId, servers });', ''],
    connectionsTest,
  ),
  mutant(
    'client: the backup put over what was written since',
    connections,
    [
      'const isUntouched = now !== undefined && (await sha256(now)) === digest;',
      'const isUntouched = now !== undefined && digest !== undefined;',
    ],
    connectionsTest,
  ),
  mutant(
    'client: unreachable at another port',
    connections,
    ['await this.parts.keys.redirect(keyName, this.parts.address(server));', 'void [server, keyName];'],
    connectionsTest,
  ),
  mutant(
    'client: an entry that the user has changed is removed',
    text,
    [
      'runsTheSame(memberAt(now, [collection, name]), value)',
      'isMembers(memberAt(now, [collection, name])) && isMembers(value)',
    ],
    textTest,
  ),
  mutant(
    'client: the server that it had under the same name does not come back',
    text,
    [
      'value: isMembers(replaced) ? replaced : undefined',
      'value: replaced === earlier ? earlier : undefined',
    ],
    textTest,
  ),
  mutant(
    'client: one that starts before the editor gets no tool, and gives the server up',
    'src/headless/bridge/stdioBridge.ts',
    [
      'if (!(error instanceof NoWindow) || !this.parts.places.isLasting) throw error;',
      'if (error instanceof Error) throw error;',
    ],
    bridgeTest,
  ),
  mutant(
    'client: one that waits for the editor does not notice a window by itself',
    'src/headless/bridge/stdioBridge.ts',
    ['this.#awaitWindow(initialize);\n    }\n  }', '}\n  }'],
    'test/headless/stdioBridge.test.ts',
  ),
  mutant(
    'client: one that runs stays with the address of before',
    'src/headless/bridge/stdioBridge.ts',
    ['if (await this.#hasMoved(session)) throw error;', ''],
    bridgeTest,
  ),
];
