import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { AssertionInFile } from '../../src/broker/tokens/assertionFile.js';
import type { ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { MachineAssertionFiles } from '../../src/node/assertionFiles.js';
import { flowError } from '../oauth/flowErrors.js';

describe('a workload’s assertion in a file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'assertion-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = (assertionFile: string | undefined, environment: Record<string, string> = {}) => {
    const oauth = { grant: 'jwtBearer', ...(assertionFile !== undefined && { assertionFile }) } as const;
    const server: ServerConfig = { name: 'tools', url: 'https://mcp.example/mcp', headers: {}, oauth };
    return new AssertionInFile(new MachineAssertionFiles(environment)).read(server);
  };
  const at = (name: string) => path.join(folder, name);

  it('is read each time, through the links a platform renews it by, and does not print', async () => {
    await writeFile(at('one'), 'first.hunter2.x\n');
    await writeFile(at('two'), 'second.hunter2.x\n');
    await symlink('one', at('token'));
    const first = await read(at('token'));
    await rm(at('token'));
    await symlink('two', at('token'));
    const second = await read(at('token'));
    assert.deepEqual([first?.expose(), second?.expose()], ['first.hunter2.x', 'second.hunter2.x']);
    assert.doesNotMatch(inspect([first, second]), /hunter2/);
  });

  it('names the machine that was searched if the user may mean another one', async () => {
    const oauth = { grant: 'jwtBearer', assertionFile: at('missing') } as const;
    const server: ServerConfig = { name: 'tools', url: 'https://mcp.example/mcp', headers: {}, oauth };
    const note = 'The extension looked for the file on your computer, not on the remote.';
    const files = new AssertionInFile(new MachineAssertionFiles({}), note);
    const error = await flowError('assertionRequired', () => files.read(server));
    assert.ok(error.message.endsWith(`the file ${at('missing')} does not exist. ${note}`), error.message);
  });

  it('is found by a variable of the process, alone or before a path', async () => {
    await writeFile(at('token'), 'one');
    const environment = { TOKEN_FILE: at('token'), FOLDER: folder };
    assert.equal((await read('${env:TOKEN_FILE}', environment))?.expose(), 'one');
    assert.equal((await read('${env:FOLDER}/token', environment))?.expose(), 'one');
  });

  for (const [what, file, told] of [
    ['is not configured', undefined, /its settings do not name the assertion file/],
    ['is missing', '/nowhere/at/all', /the file \/nowhere\/at\/all does not exist/],
    ['is a folder', '/', /is not a file that can contain an assertion/],
    ['has a variable that is not set', '${env:UNSET}/x', /the environment variable UNSET is not set/],
    ['is below a relative path', '${env:RELATIVE}/x', /is not an absolute path/],
  ] as const) {
    it(`that ${what} is an error that says so`, async () => {
      const error = await flowError('assertionRequired', () => read(file, { RELATIVE: 'here' }));
      assert.match(error.message, told);
      assert.equal(error.details.field, 'oauth.assertionFile');
    });
  }

  it('that is empty or too large to be one is an error that shows nothing of it', async () => {
    await writeFile(at('empty'), ' \n');
    await writeFile(at('large'), 'hunter2'.repeat(20_000));
    assert.match((await flowError('assertionRequired', () => read(at('empty')))).message, /is empty/);
    const error = await flowError('assertionRequired', () => read(at('large')));
    assert.match(error.message, /is not a file that can contain an assertion/);
    assert.doesNotMatch(inspect(error), /hunter2/);
  });
});
