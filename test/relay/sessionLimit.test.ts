import assert from 'node:assert/strict';
import type { RawCaller } from './rawCaller.js';
import { startRelayWorld, type RelayWorld } from './relayWorld.js';
import { scriptedUpstream } from './scriptedUpstream.js';

const limit = 200;

describe('sessions that no caller ends', () => {
  let stage: RelayWorld;
  let caller: RawCaller;
  before(async () => {
    const upstream = await scriptedUpstream();
    upstream.answer = ({ id }, response) => response.end(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    stage = await startRelayWorld({ servers: { scripted: upstream.url } });
    stage.own(upstream);
    caller = await stage.rawCaller('scripted');
  });
  after(() => stage.close());

  const begin = async () => {
    caller.sessionId = undefined;
    await caller.initialize({});
    return String(caller.sessionId);
  };
  const status = async (id: string) => {
    const answer = await caller.call('ping', {}, { 'Mcp-Session-Id': id });
    await answer.whole();
    return answer.status;
  };

  it('make room for others: the one idle longest ends, and none that is in use', async () => {
    const idle = await begin();
    const used = await begin();
    const listening = await begin();
    const stream = await caller.send({ method: 'GET', headers: { 'Mcp-Session-Id': listening } });
    for (let count = 3; count < limit; count++) await begin();
    assert.equal(await status(used), 200);
    await begin();
    assert.equal(await status(idle), 404);
    assert.equal(await status(used), 200);
    await begin();
    assert.ok(stream.isOpen);
    assert.equal(await status(listening), 200);
    assert.equal(await status(used), 200);
  });
});
