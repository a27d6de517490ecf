import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { BridgeFiles } from '../../src/node/bridgeFiles.js';
import { Redacted } from '../../src/oauth/redacted.js';

describe('what the stdio command reads', () => {
  let directory: string;
  let files: BridgeFiles;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'bridges-'));
    const command = path.join(directory, 'command.js');
    await writeFile(command, '');
    files = new BridgeFiles(directory, command);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const left = async () => (await readdir(path.join(directory, 'agents'))).sort();

  it('is removed for the agent that is withdrawn, at every server of it, and for no other', async () => {
    for (const name of ['one-repositories', 'one-reports', 'two-repositories'])
      await files.write(name, 'http://127.0.0.1:1/agents/x/mcp', new Redacted('key'));
    await files.removeAll('one');
    assert.deepEqual(await left(), ['bridge.js', 'two-repositories.json']);
  });

  it('need not be there to be removed', async () => {
    await files.removeAll('one');
  });
});
