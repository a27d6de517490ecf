import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultAgentSettings } from '../../src/broker/agents/agentSettings.js';
import { portsToTry, relayPorts } from '../../src/loopback/httpListener.js';

const manifest = path.resolve(__dirname, '..', '..', '..', 'package.json');

describe('the ports that a remote’s editor must not forward automatically', () => {
  it('are listed in package.json, which cannot import them from the code', () => {
    const { contributes } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      contributes: { configurationDefaults: Record<string, Record<string, { onAutoForward: string }>> };
    };
    const attributes = contributes.configurationDefaults['remote.portsAttributes'] ?? {};
    const { first, last } = relayPorts;
    assert.deepEqual(
      Object.entries(attributes).map(([ports, { onAutoForward }]) => [ports, onAutoForward]),
      [
        [String(defaultAgentSettings.port), 'ignore'],
        [`${first}-${last}`, 'ignore'],
      ],
    );
  });

  it('are the first ports that a relay tries, without duplicates and without the agents’ port', () => {
    const [any, ...tried] = portsToTry().toReversed();
    assert.equal(any, 0);
    assert.ok(tried.length > 1);
    assert.equal(new Set(tried).size, tried.length);
    for (const port of tried) assert.ok(port >= relayPorts.first && port <= relayPorts.last, String(port));
    assert.ok(!tried.includes(defaultAgentSettings.port));
  });
});
