import assert from 'node:assert/strict';
import { callTool } from './relayWorld.js';
import { startAgentScene, type AgentScene } from './agentScene.js';

/** As a client of few words begins. */
const initialize = (clientName: string) => ({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: clientName, version: '1' },
  },
});
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

describe('a session of an agent’s', () => {
  let scene: AgentScene;
  beforeEach(async () => {
    scene = await startAgentScene();
    await scene.stage.signIn('repositories');
  });
  afterEach(() => scene.stage.close());

  /** The window that served closes; another one does from now on. */
  const takeOver = async () => {
    const other = scene.openWindow(scene.stage.openWindow());
    await other.port.look();
    scene.agents.dispose();
    while (other.port.state.kind !== 'serving') await new Promise((resolve) => setImmediate(resolve));
  };
  const post = async (key: string, message: object, sessionId?: string) => {
    const response = await fetch(scene.url('repositories'), {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${key}`,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        'MCP-Protocol-Version': '2025-11-25',
        ...(sessionId !== undefined && { 'Mcp-Session-Id': sessionId }),
      },
      body: JSON.stringify(message),
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const begin = async (key: string, clientName = 'a') => {
    const { headers } = await post(key, initialize(clientName));
    const id = headers.get('mcp-session-id');
    assert.ok(id !== null);
    return id;
  };

  it('goes on in the window that takes over, which a client that knows of no windows does not notice', async () => {
    const { key } = await scene.admit({ repositories: {} });
    const client = await scene.connect('repositories', key.expose());
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    await takeOver();
    const { isError, text } = await callTool(client, 'list_branches');
    assert.deepEqual([isError, text.includes('main')], [false, true]);
    await callTool(client, 'list_branches');
  });

  it('is told upstream as it began: its client’s name and capabilities', async () => {
    const { key } = await scene.admit({ repositories: {} });
    const id = await begin(key.expose(), 'told-once');
    await takeOver();
    assert.equal((await post(key.expose(), list, id)).status, 200);
    const begun = scene.stage.world.repositories.http.requests.filter(
      ({ rpcMethod, status }) => rpcMethod === 'initialize' && status === 200,
    );
    assert.equal(begun.length, 2);
  });

  it('is useless to another agent, to a newer key, and once it was ended', async () => {
    const { agent, key } = await scene.admit({ repositories: {}, reports: {} });
    const id = await begin(key.expose());
    const stranger = await scene.admit({ repositories: {} }, 'stranger');
    const rotated = await scene.agents.admissions.rotate(agent.id);
    assert.ok(rotated !== undefined);
    const own = await begin(rotated.expose());
    await fetch(scene.url('repositories'), {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${rotated.expose()}`, 'Mcp-Session-Id': own },
    });
    assert.equal((await post(rotated.expose(), list, own)).status, 404);
    await takeOver();
    assert.equal((await post(stranger.key.expose(), list, id)).status, 404);
    assert.equal((await post(rotated.expose(), list, id)).status, 404);
    const another = await begin(rotated.expose());
    assert.equal((await post(rotated.expose(), list, `${another}=`)).status, 404);
  });

  it('says nothing of what its client said, and is an ordinary one where that is much', async () => {
    const { key } = await scene.admit({ repositories: {} });
    const id = await begin(key.expose(), 'my-secret-agent');
    assert.ok(!Buffer.from(id, 'base64url').includes('my-secret-agent'));
    const ordinary = await begin(key.expose(), 'x'.repeat(5_000));
    assert.ok(ordinary.length < 100);
    await post(key.expose(), { jsonrpc: '2.0', method: 'notifications/initialized' }, ordinary);
    assert.equal((await post(key.expose(), list, ordinary)).status, 200);
    await takeOver();
    assert.equal((await post(key.expose(), list, ordinary)).status, 404);
  });
});
