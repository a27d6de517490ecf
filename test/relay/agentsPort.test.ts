import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AgentsPortState } from '../../src/broker/agents/agentSettings.js';
import type { Agents } from '../../src/relay/agents.js';
import { isProof, newNonce, proofOf } from '../../src/relay/portProof.js';
import { Redacted } from '../../src/oauth/redacted.js';
import { startAgentScene, type AgentScene } from './agentScene.js';
import { callTool } from './relayWorld.js';

describe('the agents’ port', () => {
  let scene: AgentScene;
  const strangers: Server[] = [];
  beforeEach(async () => {
    scene = await startAgentScene();
  });
  afterEach(async () => {
    await scene.stage.close();
    for (const stranger of strangers.splice(0)) {
      stranger.close();
      stranger.closeAllConnections();
    }
  });

  /** Another program at the agents' port, or elsewhere. */
  const stranger = async (
    answer: (headers: IncomingHttpHeaders, response: ServerResponse) => void,
    port = scene.settings.port,
  ) => {
    const heard: IncomingHttpHeaders[] = [];
    const server = createServer(({ headers }, response) => {
      heard.push(headers);
      answer(headers, response);
    });
    strangers.push(server);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return { heard, server };
  };
  const becomes = async (agents: Agents, kind: AgentsPortState['kind']) => {
    while (agents.port.state.kind !== kind) await new Promise((resolve) => setImmediate(resolve));
  };

  it('is not listened on while no agent is admitted', async () => {
    await scene.agents.port.look();
    assert.deepEqual(scene.agents.port.state, { kind: 'idle' });
    await assert.rejects(fetch(scene.url('repositories')));
    const { agent } = await scene.admit({ repositories: {} });
    assert.equal(scene.agents.port.state.kind, 'serving');
    await scene.agents.admissions.withdraw(agent.id);
    await scene.agents.port.look();
    await assert.rejects(fetch(scene.url('repositories')));
  });

  it('is served by one window; another takes over at once when that closes', async () => {
    await scene.stage.signIn('repositories');
    const { key } = await scene.admit({ repositories: {} });
    const other = scene.openWindow(scene.stage.openWindow());
    await other.port.look();
    assert.deepEqual(other.port.state, { kind: 'standby', port: scene.settings.port });
    scene.agents.dispose();
    await becomes(other, 'serving');
    const client = await scene.connect('repositories', key.expose());
    assert.equal((await callTool(client, 'list_branches')).isError, false);
  });

  it('follows the setting', async () => {
    await scene.admit({ repositories: {} });
    const before = scene.settings.port;
    const { heard, server } = await stranger((_headers, response) => response.end(), 0);
    server.close();
    await once(server, 'close');
    scene.settings = { ...scene.settings, port: before === 65_535 ? before - 1 : before + 1 };
    await scene.agents.port.look();
    assert.deepEqual(scene.agents.port.state, { kind: 'serving', port: scene.settings.port });
    await assert.rejects(fetch(`http://127.0.0.1:${before}/`));
    assert.deepEqual(heard, []);
  });

  it('held by another program is reported and left alone, until it is free', async () => {
    const { heard, server } = await stranger((_headers, response) => response.end('hello'));
    const seen: AgentsPortState[] = [];
    scene.agents.port.onDidChange((state) => seen.push(state));
    const { key } = await scene.admit({ repositories: {} });
    const { port } = scene.settings;
    assert.deepEqual(seen, [{ kind: 'blocked', port, why: 'foreign' }]);
    await scene.agents.port.look();
    assert.equal(seen.length, 1);
    const told = JSON.stringify(heard);
    assert.ok(heard.length > 0 && !told.includes(key.expose()) && !told.includes('authorization'));
    const secret = await scene.agents.admissions.portSecret();
    assert.ok(!told.includes(secret?.expose() ?? ''));
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    await scene.agents.port.look();
    assert.equal(scene.agents.port.state.kind, 'serving');
  });

  it('held by a program that repeats what it is told proves nothing', async () => {
    await stranger((headers, response) => {
      response.setHeader('mcp-oauth-broker-nonce', String(headers['mcp-oauth-broker-nonce']));
      response.setHeader('mcp-oauth-broker-proof', String(headers['mcp-oauth-broker-proof']));
      response.end();
    });
    await scene.admit({ repositories: {} });
    assert.equal(scene.agents.port.state.kind, 'blocked');
  });

  it('is proved to be held for one port, one question and one side only', () => {
    const secret = new Redacted('secret');
    const nonce = newNonce();
    const proof = proofOf('holder', secret, 1, nonce);
    assert.equal(isProof(proof, 'holder', secret, 1, nonce), true);
    assert.equal(isProof(proof, 'holder', secret, 2, nonce), false);
    assert.equal(isProof(proof, 'holder', secret, 1, newNonce()), false);
    assert.equal(isProof(proof, 'asker', secret, 1, nonce), false);
    assert.equal(isProof(proof, 'holder', new Redacted('other'), 1, nonce), false);
    assert.equal(isProof(proofOf('holder', secret, 1, ''), 'holder', secret, 1, ''), false);
  });

  it('held by a program that hangs up on every question is reported', async () => {
    const { heard } = await stranger((_headers, response) => response.destroy());
    await scene.admit({ repositories: {} });
    assert.equal(scene.agents.port.state.kind, 'blocked');
    assert.ok(heard.length > 1);
  });
});
