import { mutant, type Mutant } from './mutant.js';

const store = 'src/node/store/sealedStore.ts';
const keychain = 'src/node/store/keychain.ts';
const key = 'src/node/store/storeKey.ts';

const storeTest = 'test/node/sealedStore.test.ts';
const keychainTest = 'test/node/keychain.test.ts';
const filesTest = 'test/node/sealedFiles.test.ts';
const memoryTest = 'test/node/fileMemory.test.ts';
const settingsTest = 'test/headless/settingsFile.test.ts';
const lineTest = 'test/headless/commandLine.test.ts';
const terminalTest = 'test/headless/terminal.test.ts';
const commandTest = 'test/headless/headlessCommand.test.ts';

/** Defects of what is promised where there is no editor. */
export const headlessMutants: readonly Mutant[] = [
  mutant(
    'headless: what another key sealed written over',
    store,
    [
      "if (keyId !== this.#keyId) throw new SealedStoreUnreadable('anotherKey', this.file);",
      'if (keyId !== this.#keyId) return new Map();',
    ],
    storeTest,
  ),
  mutant(
    'headless: a damaged store taken for an empty one',
    store,
    [
      "    } catch {\n      throw new SealedStoreUnreadable('damaged', this.file);",
      '    } catch {\n      return new Map();',
    ],
    storeTest,
  ),
  mutant(
    'headless: two processes that write the store at once',
    store,
    ["this.lock.hold('sealed store', async", 'this.lock.hold(key, async'],
    storeTest,
  ),
  mutant(
    'headless: every secret sealed with the same nonce',
    store,
    ['crypto.getRandomValues(new Uint8Array(12))', 'new Uint8Array(12)'],
    storeTest,
  ),
  mutant(
    'headless: a store that others may read',
    store,
    ["{ mode: 0o600, flag: 'wx', flush: true }", "{ flag: 'wx', flush: true }"],
    storeTest,
  ),
  mutant(
    'headless: a key that is none passed over for the keychain’s',
    key,
    ["if (given !== '') {", 'if (keyOf(given) !== undefined) {'],
    keychainTest,
  ),
  mutant(
    'headless: a key made by each of those that begin at once',
    key,
    ["return lock.hold('store key', async", 'return lock.hold(newStoreKey(), async'],
    keychainTest,
  ),
  mutant(
    'headless: the key told in an argument',
    keychain,
    [
      'await runTool(this.command, args, secret, this.environment)',
      'await runTool(this.command, [...args, secret], secret, this.environment)',
    ],
    keychainTest,
  ),
  mutant(
    'headless: a keychain that refuses taken for an empty one',
    keychain,
    ['if (run.code === 1 && !run.hasComplained) return undefined;', 'if (run.code === 1) return undefined;'],
    keychainTest,
  ),
  mutant(
    'headless: a keychain’s command looked for where the process happens to be',
    keychain,
    ['.filter((directory) => path.isAbsolute(directory))', ''],
    keychainTest,
  ),
  mutant(
    'headless: a sealing key for each process',
    'src/node/store/sealingKey.ts',
    ['const made = await this.existing();', 'const made: SealingKey | undefined = undefined;'],
    filesTest,
  ),
  mutant(
    'headless: what two processes learn at once forgotten',
    'src/node/store/fileMemory.ts',
    ["this.lock.hold('memory', async", 'this.lock.hold(key, async'],
    memoryTest,
  ),
  mutant(
    'headless: settings that everybody may write',
    'src/headless/settingsFile.ts',
    ['(statSync(file).mode & 0o002) !== 0', '(statSync(file).mode & 0o002) < 0'],
    settingsTest,
  ),
  mutant(
    'headless: an agents’ port below what may be',
    'src/broker/agents/agentSettings.ts',
    ['value >= least && value <= most', 'value <= most'],
    settingsTest,
  ),
  mutant(
    'headless: an option of another command passed over',
    'src/headless/commandLine.ts',
    ['if (stray !== undefined) throw', 'if (stray === undefined) throw'],
    lineTest,
  ),
  mutant(
    'headless: an option there is not passed over',
    'src/headless/commandLine.ts',
    ['if (!Object.hasOwn(definitions, name)) {', "if (name === '') {"],
    lineTest,
  ),
  mutant(
    'headless: one setting said twice, of which one does not count',
    'src/mcpClients/jsonWithComments.ts',
    ['if (names?.has(name) === true) throw', 'if (names === undefined) throw'],
    settingsTest,
  ),
  mutant(
    'headless: a check that found a server unreachable ends as one that did not',
    'src/headless/statusCommand.ts',
    ["one.status === 'ready' || one.status === 'open'", "one.status !== 'misconfigured'"],
    commandTest,
  ),
  mutant(
    'headless: servers’ words that steer the terminal',
    'src/headless/terminal.ts',
    ["return text.replaceAll(/[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+/gu, ' ');", 'return text;'],
    terminalTest,
  ),
  mutant(
    'headless: what is pasted shown',
    'src/headless/terminal.ts',
    [
      'new Writable({ write: (_chunk, _encoding, done) => done() })',
      'new Writable({ write: (chunk, _encoding, done) => void this.streams.error.write(chunk, () => done()) })',
    ],
    terminalTest,
  ),
  mutant(
    'headless: a change of account taken for a yes',
    'src/headless/session.ts',
    ["return answer === 'keep' ? 'present' : 'neither';", "return 'new';"],
    commandTest,
  ),
  mutant(
    'headless: a sign-in that goes on when it is told to end',
    'src/headless/signInCommand.ts',
    ["signal.addEventListener('abort', cancel, { once: true });", ''],
    commandTest,
  ),
];
