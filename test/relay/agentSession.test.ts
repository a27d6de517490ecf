import assert from 'node:assert/strict';
import { callTool } from './relayWorld.js';
import { startAgentScene, type AgentScene } from './agentScene.js';
import { scriptedUpstream, type ScriptedUpstream } from './scriptedUpstream.js';

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
const notice = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'begun' } };
const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

describe('a session of an agent', () => {
  let scene: AgentScene;
  let upstream: ScriptedUpstream;
  beforeEach(async () => {
    upstream = await scriptedUpstream();
    scene = await startAgentScene({ servers: { scripted: upstream.url } });
    await scene.stage.signIn('repositories');
  });
  afterEach(async () => {
    await scene.stage.close();
    await upstream.close();
  });

  /** The window that served closes; another one does from now on. */
  const takeOver = async () => {
    const other = scene.openWindow(scene.stage.openWindow());
    await other.port.look();
    scene.agents.dispose();
    while (other.port.state.kind !== 'serving') await new Promise((resolve) => setImmediate(resolve));
  };
  const post = async (key: string, message: object, sessionId?: string, server = 'repositories') => {
    const response = await fetch(scene.url(server), {
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
  const begin = async (key: string, clientName = 'a', server = 'repositories') => {
    const { headers } = await post(key, initialize(clientName), undefined, server);
    const id = headers.get('mcp-session-id');
    assert.ok(id !== null);
    return id;
  };

  it('continues in the window that takes over, without a change that the client notices', async () => {
    const { key } = await scene.admit({ repositories: {} });
    const client = await scene.connect('repositories', key.expose());
    assert.equal((await callTool(client, 'list_branches')).isError, false);
    await takeOver();
    const { isError, text } = await callTool(client, 'list_branches');
    assert.deepEqual([isError, text.includes('main')], [false, true]);
    await callTool(client, 'list_branches');
  });

  it('gets a response to its call from the window that takes over, although it is unknown whether it ran', async () => {
    const { key } = await scene.admit({ scripted: {} });
    // Clients that come back to a stream do so after a second; here at once, and until somebody is there.
    const atOnce = { initialReconnectionDelay: 5, maxReconnectionDelay: 5, maxRetries: 1_000 };
    const client = await scene.connect('scripted', key.expose(), {
      ...atOnce,
      reconnectionDelayGrowFactor: 1,
    });
    const begun = Promise.withResolvers<undefined>();
    upstream.answer = (_message, response) => {
      // An id of the upstream's is of no use where its stream is not known.
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(`id: upstream-1\nretry: 5\ndata: ${JSON.stringify(notice)}\n\n`);
      begun.resolve(undefined);
    };
    const called = callTool(client, 'deploy');
    await begun.promise;
    await takeOver();
    const { isError, text } = await called;
    assert.equal(isError, true);
    assert.match(text, /^deploy ended without a response: .* It is not known whether the server ran it/);
    assert.equal(upstream.requests.filter(({ method }) => method === 'tools/call').length, 1);
  });

  it('has its answers’ places known to nobody else, nor to itself at another server', async () => {
    const { key } = await scene.admit({ scripted: {}, repositories: {} });
    upstream.answer = ({ id }, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { tools: [] } })}\n\n`);
    };
    const own = await begin(key.expose(), 'a', 'scripted');
    await post(key.expose(), initialized, own, 'scripted');
    const { text } = await post(key.expose(), list, own, 'scripted');
    const place = /^id: (\S+)$/m.exec(text)?.[1];
    assert.ok(place !== undefined);
    const stranger = await scene.admit({ scripted: {} }, 'stranger');
    const theirs = await begin(stranger.key.expose(), 'b', 'scripted');
    const elsewhere = await begin(key.expose());
    const firstEvent = async (owner: string, session: string, server: string) => {
      const stop = new AbortController();
      const headers = { Authorization: `Bearer ${owner}`, 'Mcp-Session-Id': session, 'Last-Event-ID': place };
      const response = await fetch(scene.url(server), { headers, signal: stop.signal });
      // What is no place of theirs opens a stream on which nothing is said.
      scene.stage.clock.advance(15_000);
      const { value } = (await response.body?.getReader().read()) ?? {};
      stop.abort();
      return Buffer.from(value ?? []).toString();
    };
    assert.match(await firstEvent(key.expose(), own, 'scripted'), /"id":1,"error"/);
    assert.equal(await firstEvent(stranger.key.expose(), theirs, 'scripted'), ':\n\n');
    assert.equal(await firstEvent(key.expose(), elsewhere, 'repositories'), ':\n\n');
  });

  it('is begun upstream with its client’s name and capabilities', async () => {
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
    await post(key.expose(), initialized, ordinary);
    assert.equal((await post(key.expose(), list, ordinary)).status, 200);
    await takeOver();
    assert.equal((await post(key.expose(), list, ordinary)).status, 404);
  });
});
