import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startAgentScene, type AgentScene } from './agentScene.js';
import { callTool } from './relayWorld.js';
import { RawCaller, type RawRequest, type RpcMessage } from './rawCaller.js';

const list = '{"jsonrpc":"2.0","id":9,"method":"tools/list"}';
const call = (name: string) =>
  JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'tools/call', params: { name, arguments: {} } });

describe('where agents call', () => {
  let scene: AgentScene;
  let agent: Awaited<ReturnType<AgentScene['admit']>>;
  let caller: RawCaller;
  before(async () => {
    scene = await startAgentScene();
    await scene.stage.signIn('repositories');
    await scene.stage.signIn('reports');
    agent = await scene.admit({ repositories: { tools: ['list_branches'] } });
    caller = agent.raw('repositories');
    await caller.initialize({});
  });
  after(() => scene.stage.close());

  const answerTo = async (what: RawRequest) => {
    const answer = await caller.send({ body: list, ...what });
    const text = await answer.whole();
    assert.equal(answer.headers['www-authenticate'], undefined);
    return { status: answer.status, text };
  };
  const statusOf = async (what: RawRequest) => (await answerTo(what)).status;

  it('a caller without a key or with a wrong one is refused with 404, as at an unknown address', async () => {
    const wrong = `mcpob_${'A'.repeat(43)}`;
    const { key } = await scene.stage.broker.relay.endpointFor(scene.stage.server('repositories'));
    for (const authorization of [undefined, `Bearer ${wrong}`, 'Basic QTpB', `Bearer ${key.expose()}`]) {
      const { status, text } = await answerTo({ headers: { Authorization: authorization } });
      assert.deepEqual([status, text], [404, '']);
    }
    assert.equal(await statusOf({}), 200);
  });

  it('no agent’s key opens the editor’s own relay', async () => {
    const { url } = await scene.stage.broker.relay.endpointFor(scene.stage.server('repositories'));
    const editor = new RawCaller(url, caller.key);
    assert.equal((await editor.call('tools/list')).status, 404);
    editor.close();
  });

  it('a key in the address is refused, even with another one in the header', async () => {
    const path = `/agents/repositories/mcp?access_token=${caller.key}`;
    assert.equal(await statusOf({ path, headers: { Authorization: undefined } }), 404);
    assert.equal(await statusOf({ path }), 404);
  });

  it('no page is let in, though it has the key, whatever name it found this machine by', async () => {
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${caller.port}`]) {
      assert.equal(await statusOf({ headers: { Origin: origin } }), 403, origin);
    }
    for (const host of ['evil.example', `evil.example:${caller.port}`, '127.0.0.1', '[::1]:80']) {
      assert.equal(await statusOf({ headers: { Host: host } }), 403, host);
    }
  });

  it('a server that the user disabled is no secret to an agent that is admitted to it, and to no other', async () => {
    const other = await scene.admit({ reports: {} }, 'other');
    scene.disabled = [scene.stage.server('repositories')];
    try {
      const { status, text } = await answerTo({});
      assert.equal(status, 404);
      assert.match(text, /The server “repositories” is disabled in the settings/);
      const headers = { Authorization: `Bearer ${other.key.expose()}`, 'Mcp-Session-Id': undefined };
      assert.match((await answerTo({ headers })).text, /“other” is not admitted to a server named/);
    } finally {
      scene.disabled = [];
    }
    assert.equal(await statusOf({}), 200);
  });

  it('what an agent has open at a server ends once that is disabled', async () => {
    const guest = await scene.admit({ repositories: {}, reports: {} }, 'streaming');
    const streams = await Promise.all(
      (['repositories', 'reports'] as const).map(async (name) => {
        const raw = guest.raw(name);
        await raw.initialize({});
        return raw.send({ method: 'GET' });
      }),
    );
    const [closing, staying] = streams;
    scene.disabled = [scene.stage.server('repositories')];
    try {
      await scene.agents.port.look();
      await closing?.whole();
      assert.equal(staying?.isOpen, true);
    } finally {
      scene.disabled = [];
    }
  });

  it('an address that holds a server’s former name still leads to it', async () => {
    const { url } = scene.stage.server('repositories');
    const path = '/agents/old%20name/mcp';
    assert.equal(await statusOf({ path }), 404);
    await scene.agents.admissions.serverRenamed(url, 'old name');
    assert.equal(await statusOf({ path }), 200);
    const other = await scene.admit({ reports: {} }, 'yet another');
    const headers = { Authorization: `Bearer ${other.key.expose()}`, 'Mcp-Session-Id': undefined };
    assert.equal(await statusOf({ path, headers }), 404);
  });

  it('another agent’s key opens only what that agent was admitted to', async () => {
    const other = await scene.admit({ reports: {} }, 'other');
    const headers = { Authorization: `Bearer ${other.key.expose()}`, 'Mcp-Session-Id': undefined };
    const { status, text } = await answerTo({ headers });
    assert.equal(status, 404);
    assert.match(text, /“other” is not admitted to a server named “repositories”/);
  });

  it('a server that is not admitted is refused by the name it was called by, known or not', async () => {
    for (const name of ['reports', 'unknown']) {
      const { status, text } = await answerTo({ path: `/agents/${name}/mcp` });
      assert.equal(status, 404);
      assert.match(text, new RegExp(`“tester” is not admitted to a server named “${name}”`));
    }
  });

  it('there is nothing anywhere else', async () => {
    for (const path of [
      '/',
      '/agents',
      '/agents/repositories',
      '/agents/repositories/mcp/',
      '/agents/repositories/mcp/more',
      '/mcp/repositories',
      '/agents/../agents/repositories/mcp',
      'http://evil.example/agents/repositories/mcp',
      '/.well-known/oauth-protected-resource/agents/repositories/mcp',
      '/standby',
      '/callback',
    ]) {
      assert.equal(await statusOf({ path }), 404, path);
    }
  });

  it('another caller’s session is not found', async () => {
    const other = await scene.admit({ repositories: {} }, 'second');
    const headers = { Authorization: `Bearer ${other.key.expose()}` };
    assert.equal(await statusOf({ headers }), 404);
    assert.equal(await statusOf({}), 200);
  });

  it('a tool that is not admitted is refused under every spelling of the call', async () => {
    const isRefused = async (body: string, headers: RawRequest['headers'] = {}) => {
      const { text } = await answerTo({ body, headers });
      assert.doesNotMatch(text, /Created branch/);
      return text;
    };
    assert.match(await isRefused(call('create_branch')), /admitted to other tools/);
    assert.match(await isRefused(`[${call('list_branches')},${call('create_branch')}]`), /batches/);
    const twice = call('list_branches').replace('"name":', '"name":"create_branch","name":');
    assert.match(await isRefused(twice), /twice|duplicate/i);
    const escaped = call('list_branches').replace('"name":', '"n\\u0061me":"create_branch","name":');
    assert.match(await isRefused(escaped), /twice|duplicate/i);
    const named = { 'Mcp-Name': 'list_branches', 'Mcp-Method': 'tools/call' };
    assert.match(await isRefused(call('create_branch'), named), /Mcp-Name header and the body/);
  });

  it('headers of the broker’s own are not the agent’s to set', async () => {
    const headers = { Cookie: 'a=b', 'X-Forwarded-Host': 'evil.example', DPoP: 'x', Forwarded: 'host=evil' };
    assert.equal(await statusOf({ headers }), 200);
    const { lastHeaders } = scene;
    for (const name of ['cookie', 'x-forwarded-host', 'dpop', 'forwarded']) {
      assert.equal(lastHeaders?.has(name) ?? false, false, name);
    }
  });

  it('a body that is longer than can be judged is refused', async () => {
    assert.equal(await statusOf({ body: Buffer.alloc(4 * 1024 * 1024 + 1, 0x20) }), 413);
  });

  const raw = async (text: string): Promise<Socket> => {
    const socket = connect(Number(caller.port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  };
  const head = (more: string) =>
    `POST /agents/repositories/mcp HTTP/1.1\r\nHost: 127.0.0.1:${caller.port}\r\nAuthorization: Bearer ${caller.key}\r\n${more}\r\n\r\n`;

  it('a request within a request is one that cannot be read', async () => {
    for (const smuggled of [
      'Content-Length: 5\r\nTransfer-Encoding: chunked',
      'Content-Length: 5\r\nContent-Length: 6',
      'Transfer-Encoding: chunked, identity\r\nContent-Length: 5',
      'Transfer-Encoding : chunked',
    ]) {
      const socket = await raw(`${head(smuggled)}0\r\n\r\nGET /standby HTTP/1.1\r\n\r\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      assert.match(answer.toString(), /^HTTP\/1\.1 400 /, smuggled);
      socket.destroy();
    }
  });

  it('a caller that is not admitted is not waited for: its body is not read', async () => {
    const text = head('Content-Length: 100').replace(caller.key, `mcpob_${'A'.repeat(43)}`);
    const socket = await raw(text);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 404 [\s\S]*Connection: close/);
    await once(socket, 'close');
  });

  it('a body that never ends is cut off if it is too long or takes too long', async () => {
    const endless = await raw(head('Transfer-Encoding: chunked'));
    endless.on('error', () => undefined);
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 0x20), Buffer.from('\r\n')]);
    for (let count = 0; count < 65; count++) endless.write(chunk);
    const [answer] = (await once(endless, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 413 [\s\S]*Connection: close/);
    const slow = await raw(`${head('Content-Length: 100')}{`);
    // What was sent before has arrived when what was sent after is answered.
    assert.equal(await statusOf({}), 200);
    const closed = once(slow, 'close');
    scene.stage.clock.advance(30_000);
    await closed;
    endless.destroy();
  });

  it('an agent that was withdrawn is cut off at once, from what it listens on too', async () => {
    const guest = await scene.admit({ repositories: {} }, 'guest');
    const raw = guest.raw('repositories');
    await raw.initialize({});
    const stream = await raw.send({ method: 'GET' });
    await scene.agents.admissions.withdraw(guest.agent.id);
    await stream.whole();
    assert.equal((await raw.call('ping')).status, 404);
  });

  it('an agent that was withdrawn in another window is cut off within a second', async () => {
    const guest = await scene.admit({ repositories: {} }, 'guest');
    const raw = guest.raw('repositories');
    await raw.initialize({});
    const stream = await raw.send({ method: 'GET' });
    const elsewhere = scene.openWindow(scene.stage.openWindow());
    await elsewhere.admissions.withdraw(guest.agent.id);
    assert.ok(stream.isOpen);
    scene.stage.clock.advance(1_000);
    await stream.whole();
  });

  it('an agent whose time is over is cut off by the clock', async () => {
    const guest = await scene.admit({ repositories: {} }, 'guest', scene.stage.clock.now() + 5_000);
    const raw = guest.raw('repositories');
    await raw.initialize({});
    const stream = await raw.send({ method: 'GET' });
    scene.stage.clock.advance(5_000);
    await stream.whole();
    assert.equal((await raw.call('ping')).status, 404);
  });

  it('a rotated key leaves nothing of the old one’s behind', async () => {
    const guest = await scene.admit({ repositories: {} }, 'guest');
    const raw = guest.raw('repositories');
    await raw.initialize({});
    const stream = await raw.send({ method: 'GET' });
    const fresh = (await scene.agents.admissions.rotate(guest.agent.id)) ?? assert.fail();
    await stream.whole();
    assert.equal((await raw.call('ping')).status, 404);
    assert.equal((await raw.call('ping', {}, { Authorization: `Bearer ${fresh.expose()}` })).status, 404);
    const client = await scene.connect('repositories', fresh.expose());
    assert.equal((await callTool(client, 'list_branches')).isError, false);
  });

  it('an agent that sends too many requests is limited, and the chat is not', async () => {
    scene.settings = { ...scene.settings, requestsPerMinute: 60 };
    const guest = await scene.admit({ repositories: {} }, 'wild');
    const raw = guest.raw('repositories');
    const statuses: number[] = [];
    let retryAfter: string | undefined;
    for (let count = 0; count < 12; count++) {
      const answer = await raw.call('tools/list');
      statuses.push(answer.status);
      retryAfter = answer.headers['retry-after'];
    }
    assert.deepEqual(statuses.filter((status) => status === 429).length, 2);
    assert.equal(retryAfter, '1');
    const editor = await scene.stage.connect('repositories');
    assert.equal((await callTool(editor, 'list_branches')).isError, false);
    scene.stage.clock.advance(1_000);
    assert.notEqual((await raw.call('tools/list')).status, 429);
    scene.settings = { ...scene.settings, requestsPerMinute: 600 };
  });

  it('an agent has a limited number of places; a request that it cancels makes room', async () => {
    scene.settings = { ...scene.settings, concurrentRequests: 1, requestsPerMinute: 100_000 };
    const guest = await scene.admit({ repositories: {} }, 'wide');
    const raw = guest.raw('repositories');
    // A session that never says that it is initialized holds its calls for a while.
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    };
    const begun = await raw.post({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
    await begun.whole();
    raw.sessionId = String(begun.headers['mcp-session-id']);
    const held = raw.callTool('list_branches');
    let refused: RpcMessage | undefined;
    for (let tries = 0; tries < 100 && refused === undefined; tries++) {
      const answer = await raw.call('ping');
      if (answer.status === 429) refused = (await answer.json()) as RpcMessage;
    }
    assert.match(refused?.error?.message ?? '', /has reached its request limit\. Try again in 1 s/);
    await raw.notify('notifications/initialized');
    await (await held).whole();
    assert.equal((await raw.call('ping')).status, 200);
    scene.settings = { ...scene.settings, concurrentRequests: 16, requestsPerMinute: 600 };
  });
});
