import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import {
  connect,
  createServer as createTunnel,
  Server as NetServer,
  type AddressInfo,
  type Socket,
} from 'node:net';
import type { AgentsPortState } from '../../src/broker/agents/agentSettings.js';
import type { Agents } from '../../src/relay/agents/agents.js';
import { StandbyWindows, isProof, newNonce, proofOf } from '../../src/relay/agents/portHolder.js';
import { Redacted } from '../../src/base/redacted.js';
import { startAgentScene, type AgentScene } from './agentScene.js';
import { callTool } from './relayWorld.js';

describe('the agents’ port', () => {
  let scene: AgentScene;
  const strangers: Server[] = [];
  const tunnels: (NetServer | Socket)[] = [];
  beforeEach(async () => {
    scene = await startAgentScene();
  });
  afterEach(async () => {
    await scene.stage.close();
    for (const part of tunnels.splice(0)) {
      if (part instanceof NetServer) part.close();
      else part.destroy();
    }
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

  it('is served by one window, and by another one as soon as that closes', async () => {
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

  it('is reported as blocked and left alone while another program holds it', async () => {
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

  it('accepts no proof from a program that repeats what it receives', async () => {
    await stranger((headers, response) => {
      response.setHeader('mcp-oauth-broker-nonce', String(headers['mcp-oauth-broker-nonce']));
      response.setHeader('mcp-oauth-broker-proof', String(headers['mcp-oauth-broker-proof']));
      response.end();
    });
    await scene.admit({ repositories: {} });
    assert.equal(scene.agents.port.state.kind, 'blocked');
  });

  it('is proved for one port, one nonce and one side only', () => {
    const secret = new Redacted('secret');
    const asked = { port: 1, nonce: newNonce(), peer: '40000' };
    const proof = proofOf('holder', secret, asked);
    assert.equal(isProof(proof, 'holder', secret, asked), true);
    assert.equal(isProof(proof, 'holder', secret, { ...asked, port: 2 }), false);
    assert.equal(isProof(proof, 'holder', secret, { ...asked, nonce: newNonce() }), false);
    assert.equal(isProof(proof, 'holder', secret, { ...asked, peer: '40001' }), false);
    assert.equal(isProof(proof, 'asker', secret, asked), false);
    assert.equal(isProof(proof, 'holder', new Redacted('other'), asked), false);
    const unasked = { port: 1, nonce: '' };
    assert.equal(isProof(proofOf('holder', secret, unasked), 'holder', secret, unasked), false);
  });

  /** A broker that has the agents' port on its machine, at some port of this one. */
  const brokerElsewhere = async (secret: Redacted | undefined) => {
    const windows = new StandbyWindows();
    const server = createServer((request, response) => {
      if (secret !== undefined && windows.respond(request, response, scene.settings.port, secret)) return;
      response.writeHead(404).end();
    });
    strangers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  /** As an editor forwards a port of a remote: each connection is carried on as it comes. */
  const forward = async (to: number) => {
    const tunnel = createTunnel((near) => {
      const far = connect(to, '127.0.0.1');
      tunnels.push(near, far);
      near.on('error', () => far.destroy()).pipe(far);
      far.on('error', () => near.destroy()).pipe(near);
    });
    tunnels.push(tunnel);
    tunnel.listen(scene.settings.port, '127.0.0.1');
    await once(tunnel, 'listening');
    return tunnel;
  };
  const why = ({ state }: Agents['port']) => (state.kind === 'blocked' ? state.why : state.kind);

  it('is reported as another machine’s while an editor forwards it', async () => {
    const tunnel = await forward(await brokerElsewhere(new Redacted('of another machine')));
    await scene.admit({ repositories: {} });
    assert.equal(why(scene.agents.port), 'otherMachine');
    tunnel.close();
    await scene.agents.port.look();
    assert.equal(why(scene.agents.port), 'serving');
  });

  it('is not waited for while an editor forwards it, even if both machines share a disk and its secret', async () => {
    await scene.admit({ repositories: {} });
    const secret = await scene.agents.admissions.portSecret();
    scene.agents.dispose();
    await forward(await brokerElsewhere(secret));
    const other = scene.openWindow(scene.stage.openWindow());
    await other.port.look();
    assert.equal(why(other.port), 'otherMachine');
    other.dispose();
  });

  it('accepts no proof that a program relays from another machine’s broker', async () => {
    await scene.admit({ repositories: {} });
    const secret = await scene.agents.admissions.portSecret();
    scene.agents.dispose();
    const elsewhere = await brokerElsewhere(secret);
    const server = createServer((request, response) => {
      const asked = get({ port: elsewhere, path: request.url, headers: request.headers }, (answer) => {
        const headers = { ...answer.headers, 'mcp-oauth-broker-peer': String(request.socket.remotePort) };
        response.writeHead(answer.statusCode ?? 0, headers).flushHeaders();
      });
      response.once('close', () => asked.destroy());
      asked.on('error', () => undefined);
    });
    strangers.push(server);
    server.listen(scene.settings.port, '127.0.0.1');
    await once(server, 'listening');
    const other = scene.openWindow(scene.stage.openWindow());
    await other.port.look();
    assert.equal(why(other.port), 'otherBroker');
    other.dispose();
  });

  it('distinguishes the broker of another editor on this machine from another program', async () => {
    const stranger = await startAgentScene();
    stranger.settings = { ...stranger.settings, port: scene.settings.port };
    await stranger.admit({ repositories: {} });
    assert.equal(why(stranger.agents.port), 'serving');
    await scene.admit({ repositories: {} });
    assert.equal(why(scene.agents.port), 'otherBroker');
    await stranger.stage.close();
  });

  it('is reported as blocked if its holder closes every connection', async () => {
    const { heard } = await stranger((_headers, response) => response.destroy());
    await scene.admit({ repositories: {} });
    assert.equal(scene.agents.port.state.kind, 'blocked');
    assert.ok(heard.length > 1);
  });
});
