import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { machineStorage } from '../../src/node/store/machineStorage.js';
import { systemClock } from '../../src/node/machine.js';
import { MemoryLog, MemorySecrets } from '../broker/memoryStores.js';

describe('what two clients of the editor share on one machine', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'machine-'));
  });
  afterEach(() => rm(directory, { recursive: true }));
  const client = () =>
    machineStorage(directory, { secrets: new MemorySecrets(), clock: systemClock, log: new MemoryLog() });

  it('is what belongs to the machine, and no sign-in', async () => {
    const [one, other] = [client(), client()];
    await one.sharedRecords.write('https://mcp.example/mcp', { generation: 1, text: 'sign-in' });
    await one.agentRecords.write('agents', { generation: 1, text: 'admissions' });
    assert.equal(await other.sharedRecords.read('https://mcp.example/mcp'), undefined);
    assert.deepEqual(await other.agentRecords.read('agents'), { generation: 1, text: 'admissions' });
  });
});
