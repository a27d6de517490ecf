import assert from 'node:assert/strict';
import { RawCaller, type RpcMessage } from './rawCaller.js';
import { startRelayWorld, type RelayWorld } from './relayWorld.js';
import { scriptedUpstream, type ScriptedUpstream } from './scriptedUpstream.js';

describe('what an upstream gives one of two callers', () => {
  let upstream: ScriptedUpstream;
  let stage: RelayWorld;
  let editor: RawCaller;
  let other: RawCaller;
  beforeEach(async () => {
    upstream = await scriptedUpstream();
    stage = await startRelayWorld({ servers: { scripted: upstream.url } });
    stage.own(upstream);
    editor = await stage.rawCaller('scripted');
    other = new RawCaller(editor.url, stage.broker.relay.keyFor(stage.server('scripted')).expose());
    await editor.initialize();
    await other.initialize();
  });
  afterEach(async () => {
    other.close();
    await stage.close();
  });

  const tasks = { list: [{ taskId: 't1' }, { taskId: 't2' }, { taskId: 'strange' }] };
  /** Answers as JSON or as an event stream; each tool call begins a task of the tool's name. */
  const answerAs = (type: 'application/json' | 'text/event-stream') => {
    upstream.answer = ({ id, method, params }, response) => {
      const result =
        method === 'tools/call'
          ? { task: { taskId: params?.['name'] } }
          : method === 'tasks/list'
            ? { tasks: tasks.list }
            : { status: 'working' };
      const text = JSON.stringify({ jsonrpc: '2.0', id, result });
      response.writeHead(200, { 'Content-Type': type });
      response.end(type === 'application/json' ? text : `data: ${text}\n\n`);
    };
  };
  const result = async (caller: RawCaller, method: string, params: object) => {
    const answer = await caller.call(method, params);
    const text = await answer.whole();
    return text.startsWith('{') ? (JSON.parse(text) as RpcMessage) : answer.messages.at(-1);
  };

  for (const type of ['application/json', 'text/event-stream'] as const) {
    it(`is its own task, as ${type}`, async () => {
      answerAs(type);
      await result(editor, 'tools/call', { name: 't1', task: {} });
      await result(other, 'tools/call', { name: 't2', task: {} });
      const asked = upstream.requests.length;
      for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
        for (const taskId of ['t1', 'strange', 1])
          assert.match(JSON.stringify(await result(other, method, { taskId })), /-32602.*has no task/);
      }
      assert.equal(upstream.requests.length, asked);
      assert.equal((await result(other, 'tasks/get', { taskId: 't2' }))?.result?.['status'], 'working');
      assert.deepEqual((await result(editor, 'tasks/list', {}))?.result, { tasks: [{ taskId: 't1' }] });
      assert.deepEqual((await result(other, 'tasks/list', {}))?.result, { tasks: [{ taskId: 't2' }] });
    });
  }

  it('is its own stream to resume', async () => {
    const resumed: (string | undefined)[] = [];
    upstream.listen = (headers, response) => {
      resumed.push(headers['last-event-id'] as string | undefined);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('id: e1\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n');
    };
    await (await editor.send({ method: 'GET' })).until(/id: e1/);
    await (await other.send({ method: 'GET', headers: { 'Last-Event-ID': 'e1' } })).until(/id: e1/);
    await (await editor.send({ method: 'GET', headers: { 'Last-Event-ID': 'e1' } })).until(/id: e1/);
    assert.deepEqual(resumed, [undefined, undefined, 'e1']);
  });
});
