import assert from 'node:assert/strict';
import { CallLedger, mostCalls } from '../../src/broker/calls/callLedger.js';
import { callLine, parseCall, type RecordedCall } from '../../src/broker/calls/callRecord.js';
import { MemoryCalls } from './memoryCalls.js';
import { recordedCall } from './recordedCall.js';
import { MemoryLog } from './memoryStores.js';

describe('the call ledger', () => {
  let storage: MemoryCalls;
  let log: MemoryLog;
  let ledger: CallLedger;
  beforeEach(() => {
    storage = new MemoryCalls();
    log = new MemoryLog();
    ledger = new CallLedger(storage, log);
  });
  afterEach(() => ledger.dispose());
  const ids = async () => (await ledger.all()).map(({ id }) => id);

  it('contains the calls of every window, newest first, in the order of arrival', async () => {
    storage.lines.push(callLine(recordedCall(3)), callLine(recordedCall(1)));
    await ledger.add(recordedCall(2));
    assert.deepEqual(await ids(), ['call 3', 'call 2', 'call 1']);
  });

  it('watches the storage only from the first request to its disposal', async () => {
    await ledger.add(recordedCall(1));
    assert.equal(storage.isWatched, false);
    await ledger.all();
    assert.equal(storage.isWatched, true);
    ledger.dispose();
    assert.equal(storage.isWatched, false);
    await ledger.all();
    assert.equal(storage.isWatched, false);
  });

  it('reports each new call of any window once, and none that already existed', async () => {
    const told: string[] = [];
    ledger.onDidAdd((calls) => void told.push(...calls.map(({ id }) => id)));
    storage.lines.push(callLine(recordedCall(0)));
    assert.deepEqual(await ids(), ['call 0']);
    await ledger.add(recordedCall(1));
    storage.lines.push(callLine(recordedCall(2)), callLine(recordedCall(3)));
    storage.tell();
    await ledger.all();
    storage.tell();
    await ledger.all();
    assert.deepEqual(told, ['call 1', 'call 3', 'call 2']);
  });

  it('skips lines that are incomplete or of another kind and keeps the others', async () => {
    const whole = callLine(recordedCall(1));
    const foreign = ['', '{', 'null', '[]', '7', '{"id":1}', whole.slice(0, 60), `${whole}${whole}`];
    const { tool, ...incomplete } = recordedCall(1);
    const wrong = [incomplete, { ...recordedCall(1), outcome: 'won' }, { ...recordedCall(1), scopes: [1] }];
    storage.lines.push(...foreign, ...wrong.map((call) => JSON.stringify(call)), whole);
    assert.equal(tool, 'list_branches');
    assert.deepEqual(await ids(), ['call 1']);
  });

  it('keeps at most ten thousand calls', async () => {
    for (let at = 1; at <= mostCalls + 5; at++) storage.lines.push(callLine(recordedCall(at)));
    const all = await ledger.all();
    assert.equal(all.length, mostCalls);
    assert.equal(all.at(-1)?.at, 6);
    await ledger.add(recordedCall(mostCalls + 6));
    assert.equal((await ledger.all()).length, mostCalls);
  });

  it('returns the calls of one server and one tool, by its configured address', async () => {
    const other = { serverUrl: 'https://other.example/mcp', server: 'other' };
    const calls = [
      recordedCall(1),
      recordedCall(2, other),
      recordedCall(3, { tool: 'create_branch' }),
      recordedCall(4, other),
    ];
    storage.lines.push(...calls.map(callLine));
    const url = 'https://mcp.example/mcp?key=never-recorded';
    assert.deepEqual(
      (await ledger.recent(url, 5)).map(({ at }) => at),
      [3, 1],
    );
    assert.equal((await ledger.recent(url, 1)).length, 1);
    assert.equal((await ledger.lastUse(url, 'list_branches'))?.at, 1);
    assert.equal(await ledger.lastUse(url, 'sign_in'), undefined);
  });

  it('keeps a call that cannot be written in this window, and logs the failure without its content', async () => {
    storage.failure = Object.assign(new Error('planted content'), { code: 'ENOSPC' });
    await ledger.add(recordedCall(1));
    assert.deepEqual(await ids(), ['call 1']);
    assert.deepEqual(log.lines, ['A tool call could not be recorded on this machine (ENOSPC).']);
  });

  it('is cleared for every window, with a change event', async () => {
    await ledger.add(recordedCall(1));
    await ledger.all();
    let told = 0;
    ledger.onDidRemove(() => (told += 1));
    await ledger.clear();
    assert.deepEqual(await ids(), []);
    assert.equal(told, 1);
    await ledger.add(recordedCall(2));
    assert.deepEqual(await ids(), ['call 2']);
  });

  it('reads back each field that it writes', () => {
    const whole: Required<RecordedCall> = {
      ...recordedCall(1),
      account: 'bob',
      chat: { conversation: 'c', request: 'r' },
      asked: ['repo:write'],
      outcome: 'refused',
      reason: 'declined',
      arguments: '{"a":"ä\\n"}',
    };
    assert.deepEqual(parseCall(callLine(whole)), whole);
    assert.ok(!callLine(whole).includes('\n'));
  });
});
