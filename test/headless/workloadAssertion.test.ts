import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { assertionInFile, assertionInVariable } from '../../src/headless/workloadAssertion.js';
import { flowError } from '../oauth/flowErrors.js';
import { serverAt } from '../broker/brokerWindow.js';

const server = serverAt('https://mcp.example/mcp');

describe('the assertion of a workload', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'assertion-'));
    file = path.join(folder, 'token');
  });
  after(() => rm(folder, { recursive: true }));

  it('is read from its file each time, because the platform renews it there', async () => {
    const source = assertionInFile(file);
    for (const text of ['first.one.sig', 'second.one.sig']) {
      await writeFile(file, `${text}\n`);
      assert.equal((await source.read(server))?.expose(), text);
    }
  });

  it('that cannot be read is reported as missing', async () => {
    await flowError('assertionRequired', () =>
      Promise.resolve(assertionInFile(path.join(folder, 'none')).read(server)),
    );
  });

  it('is read from a variable as it is at that time', async () => {
    const environment: Record<string, string> = {};
    const source = assertionInVariable('TOKEN', environment);
    assert.equal(await source.read(server), undefined);
    environment['TOKEN'] = ' header.claims.sig ';
    assert.equal((await source.read(server))?.expose(), 'header.claims.sig');
    assert.doesNotMatch(inspect(await source.read(server)), /header/);
  });

  it('is missing if the file is empty or too long, and the error names the file', async () => {
    for (const text of ['', ' \n', 'a'.repeat(64 * 1024 + 1)]) {
      await writeFile(file, text);
      await flowError('assertionRequired', () => Promise.resolve(assertionInFile(file).read(server)));
      assert.equal(await assertionInVariable('TOKEN', { TOKEN: text }).read(server), undefined);
    }
    assert.ok(await assertionInVariable('TOKEN', { TOKEN: 'a'.repeat(64 * 1024) }).read(server));
  });
});
