import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DataProtection,
  KeychainUnavailable,
  MacKeychain,
  SecretService,
  systemKeychain,
  type Keychain,
} from '../../src/node/store/keychain.js';
import { newStoreKey, storeKey, StoreKeyMissing, storeKeyVariable } from '../../src/node/store/storeKey.js';
import { MemoryLock } from '../broker/memoryStores.js';
import { fakeSecretTool, fakeTool, toolCalls } from '../headless/fakeTool.js';

/** `security` of macOS, as far as it is used. */
const fakeSecurity = `
  const words = args[0] === '-i' ? input.trim().split(' ') : args;
  const of = (option) => words[words.indexOf(option) + 1];
  const file = here + '/' + of('-s') + '.' + of('-a');
  if (words[0] === 'add-generic-password') { fs.writeFileSync(file, of('-w')); return; }
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') + '\\n' : 44;
`;
/** PowerShell, as far as it protects data: turned around in place of sealed. */
const fakePowerShell = `return Buffer.from(input, 'base64').reverse().toString('base64');`;

describe('the keychain', function () {
  // What stands in for the systems' commands are scripts that Windows would not start.
  before(function () {
    if (process.platform === 'win32') this.skip();
  });
  let directory: string;
  beforeEach(async () => (directory = await mkdtemp(path.join(tmpdir(), 'keychain-'))));
  afterEach(() => rm(directory, { recursive: true }));

  const kinds: Readonly<Record<string, () => Promise<Keychain>>> = {
    'the Secret Service': async () => {
      const tools = await fakeTool(directory, 'secret-tool', fakeSecretTool);
      return new SecretService('account', {}, path.join(tools, 'secret-tool'));
    },
    'macOS’': async () => {
      const tools = await fakeTool(directory, 'security', fakeSecurity);
      return new MacKeychain('account', {}, path.join(tools, 'security'));
    },
    'Windows’ data protection': async () => {
      const tools = await fakeTool(directory, 'powershell.exe', fakePowerShell);
      return new DataProtection(path.join(directory, 'kept'), {}, path.join(tools, 'powershell.exe'));
    },
  };

  for (const [name, make] of Object.entries(kinds)) {
    it(`of ${name} kind stores a secret without passing it in an argument or a variable`, async () => {
      const keychain = await make();
      assert.equal(await keychain.read(), undefined);
      const secret = newStoreKey();
      await keychain.write(secret);
      assert.equal(await keychain.read(), secret);
      const another = newStoreKey();
      await keychain.write(another);
      assert.equal(await keychain.read(), another);
      const calls = JSON.stringify(await toolCalls(directory));
      for (const hidden of [secret, another]) assert.ok(!calls.includes(hidden));
    });
  }

  it('that refuses is not taken for an empty one, and what it complains of is not repeated', async () => {
    const refusing = `process.stderr.write('no service: ' + input); return 1;`;
    const tools = await fakeTool(directory, 'tool', refusing);
    const tool = path.join(tools, 'tool');
    await writeFile(path.join(directory, 'kept'), 'AAAA');
    const all = [
      new SecretService('account', {}, tool),
      new MacKeychain('account', {}, tool),
      new DataProtection(path.join(directory, 'kept'), {}, tool),
    ];
    for (const keychain of all) {
      await assert.rejects(keychain.read(), KeychainUnavailable);
      await assert.rejects(keychain.write('c2VjcmV0'), (error: unknown) => {
        assert.ok(error instanceof KeychainUnavailable);
        return !error.message.includes('c2VjcmV0');
      });
    }
  });

  it('is available if its command is, in no relative directory, with one for each home', async () => {
    const tools = await fakeTool(path.join(directory, 'tools'), 'secret-tool', fakeSecretTool);
    assert.equal(systemKeychain('/home', { PATH: '/nowhere' }, 'linux'), undefined);
    assert.equal(systemKeychain('/home', { PATH: path.relative(process.cwd(), tools) }, 'linux'), undefined);
    const one = systemKeychain('/one', { PATH: `/nowhere:${tools}` }, 'linux') ?? assert.fail();
    const two = systemKeychain('/two', { PATH: `/nowhere:${tools}` }, 'linux') ?? assert.fail();
    await one.write('b25l');
    assert.deepEqual([await one.read(), await two.read()], ['b25l', undefined]);
    assert.ok(systemKeychain('/home', {}, 'darwin') instanceof MacKeychain);
    assert.ok(systemKeychain('/home', {}, 'win32') instanceof DataProtection);
  });
});

describe('the key of the sealed store', () => {
  class MemoryKeychain implements Keychain {
    readonly name = 'The keychain';
    kept: string | undefined;
    writes = 0;
    read = () => Promise.resolve(this.kept);
    write = (secret: string) => {
      this.writes++;
      this.kept = secret;
      return Promise.resolve();
    };
  }

  it('is the environment’s before the keychain’s', async () => {
    const keychain = new MemoryKeychain();
    const given = newStoreKey();
    const key = await storeKey({ [storeKeyVariable]: `${given}\n` }, keychain, new MemoryLock());
    assert.deepEqual([Buffer.from(key).toString('base64'), keychain.writes], [given, 0]);
  });

  it('is made once, by one of those that begin at the same moment', async () => {
    const keychain = new MemoryKeychain();
    const lock = new MemoryLock();
    const keys = await Promise.all([1, 2, 3].map(() => storeKey({}, keychain, lock)));
    assert.equal(keychain.writes, 1);
    for (const key of keys) assert.equal(Buffer.from(key).toString('base64'), keychain.kept);
  });

  it('is reported as missing if there is none or it is invalid', async () => {
    const missing = (environment: Record<string, string>, keychain?: Keychain) =>
      storeKey(environment, keychain, new MemoryLock());
    await assert.rejects(missing({}), StoreKeyMissing);
    for (const bad of ['hunter2', 'A'.repeat(43).replace('A', '-'), 'A'.repeat(40), `${newStoreKey()}AAAA`]) {
      await assert.rejects(missing({ [storeKeyVariable]: bad }, new MemoryKeychain()), (error: unknown) => {
        assert.ok(error instanceof StoreKeyMissing);
        return error.message.includes('does not contain 32 bytes in base64') && !error.message.includes(bad);
      });
    }
    const forgetful = new MemoryKeychain();
    forgetful.write = () => Promise.resolve();
    await assert.rejects(missing({}, forgetful), /did not save the key/);
  });
});
