import assert from 'node:assert/strict';
import { AgentAdmissions, InMemoryRecords } from '../../src/broker/agents/agentAdmissions.js';
import { ManualClock } from './manualClock.js';
import { MemoryLock, MemoryLog } from './memoryStores.js';

describe('agent admissions', () => {
  let records: InMemoryRecords;
  let clock: ManualClock;
  let log: MemoryLog;
  let lock: MemoryLock;
  let here: AgentAdmissions;
  const open = () => new AgentAdmissions(records, lock, clock, log);
  beforeEach(() => {
    records = new InMemoryRecords();
    clock = new ManualClock();
    log = new MemoryLog();
    lock = new MemoryLock();
    here = open();
  });

  const servers = [{ url: 'https://mcp.example/mcp', scopes: ['read'], tools: ['list'] }];
  const stored = () => records.entries.get('agents')?.text ?? '';

  it('recognize an agent by its 256-bit key in every window', async () => {
    const { agent, key } = await here.admit({ name: 'ADK', servers });
    assert.equal(Buffer.from(key.expose().replace('mcpob_', ''), 'base64url').length, 32);
    assert.deepEqual(await open().verify(key.expose()), agent);
    assert.deepEqual(agent.servers, servers);
    assert.equal(String(key), '[redacted]');
  });

  it('reject another key and a part of a key', async () => {
    const { key } = await here.admit({ name: 'ADK', servers });
    const text = key.expose();
    for (const other of [`mcpob_${'A'.repeat(43)}`, text.slice(0, -1), `${text}A`, text.slice(6), '']) {
      assert.equal(await here.verify(other), undefined);
    }
  });

  it('store only a salted digest of a key', async () => {
    const { key } = await here.admit({ name: 'ADK', servers });
    await here.admit({ name: 'LangChain', servers });
    assert.ok(!stored().includes(key.expose()) && !stored().includes(key.expose().slice(6)));
    const { agents } = JSON.parse(stored()) as { agents: { salt: string; digest: string }[] };
    assert.equal(new Set(agents.flatMap(({ salt, digest }) => [salt, digest])).size, 4);
    assert.ok(agents.every(({ digest }) => Buffer.from(digest, 'base64').length === 32));
  });

  it('expire at the configured time', async () => {
    const { key } = await here.admit({ name: 'ADK', servers, expiresAt: clock.now() + 1000 });
    clock.advance(999);
    assert.ok(await here.verify(key.expose()));
    clock.advance(1);
    assert.equal(await here.verify(key.expose()), undefined);
    assert.equal((await here.current()).length, 0);
    assert.equal((await here.all()).length, 1);
  });

  it('without a readable expiry are ignored', async () => {
    const { key } = await here.admit({ name: 'ADK', servers, expiresAt: clock.now() + 1000 });
    const text = stored().replace(/"expiresAt":\d+/, '"expiresAt":"soon"');
    records.entries.set('agents', { generation: 9, text });
    assert.equal(await here.verify(key.expose()), undefined);
  });

  it('accept only the new key after a rotation', async () => {
    const { agent, key } = await here.admit({ name: 'ADK', servers });
    const fresh = await here.rotate(agent.id);
    assert.equal(await here.verify(key.expose()), undefined);
    const rotated = await here.verify(fresh?.expose() ?? '');
    assert.equal(rotated?.id, agent.id);
    assert.notEqual(rotated.keyId, agent.keyId);
    assert.equal(await here.rotate('nobody'), undefined);
  });

  it('withdrawn in one window are withdrawn in all windows', async () => {
    const { agent, key } = await here.admit({ name: 'ADK', servers });
    const there = open();
    assert.ok(await there.verify(key.expose()));
    await here.withdraw(agent.id);
    assert.equal(await there.verify(key.expose()), undefined);
  });

  it('made in two windows at once are all kept', async () => {
    await Promise.all([here, open(), open()].map((window, at) => window.admit({ name: `${at}`, servers })));
    assert.deepEqual((await here.all()).map(({ name }) => name).sort(), ['0', '1', '2']);
  });

  it('that cannot be read admit no agent and report the error', async () => {
    const { key } = await here.admit({ name: 'ADK', servers });
    records.entries.set('agents', { generation: 9, text: '{"version":2}' });
    assert.equal(await here.verify(key.expose()), undefined);
    assert.match(log.lines.join(), /cannot be read, so no agent is admitted/);
  });

  it('keep a server’s former names in every window, for addresses that agents already have', async () => {
    const { key } = await here.admit({ name: 'ADK', servers });
    const { key: other } = await here.admit({
      name: 'LangChain',
      servers: [{ url: 'https://other.example/mcp' }],
    });
    for (const name of ['first', 'second', 'first'])
      await here.serverRenamed('https://mcp.example/mcp', name);
    assert.deepEqual((await open().verify(key.expose()))?.servers, [
      { ...servers[0], formerNames: ['first', 'second'] },
    ]);
    assert.deepEqual((await open().verify(other.expose()))?.servers, [{ url: 'https://other.example/mcp' }]);
  });
});
