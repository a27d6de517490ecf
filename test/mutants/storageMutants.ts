import { mutant, type Mutant } from './mutant.js';

const stored = 'src/broker/accounts/storedRecord.ts';
const records = 'src/broker/accounts/newestRecords.ts';
const outcome = 'src/broker/tokens/refreshOutcome.ts';

const collisionTest = 'test/desktop/collision.test.ts';
const unsentTest = 'test/broker/unsentRenewals.test.ts';
const pruningTest = 'test/broker/tombstonePruning.test.ts';

/** Defects of what windows, machines and clients share. */
export const storageMutants: readonly Mutant[] = [
  mutant(
    'storage: a removed sign-in comes back in a later generation',
    stored,
    ['return isSame ? { generation, removed: older.removed } : newer;', 'return newer;'],
    collisionTest,
  ),
  mutant(
    'storage: a sign-out that another machine overwrote is not restored',
    records,
    ['if (this.options.repairs && ', 'if (this.options.repairs && name === "" && '],
    collisionTest,
  ),
  mutant(
    'storage: a copy of a removed sign-in counts once its mark was pruned',
    records,
    ['shared.generation <= (await this.#floor())', 'shared.generation < 0'],
    pruningTest,
  ),
  mutant(
    'storage: the mark of a removed sign-in goes with its server and leaves no trace',
    records,
    ['if (floor > (await this.#floor())) await', 'if (floor < 0) await'],
    pruningTest,
  ),
  mutant(
    'storage: renewals that never reached secret storage bring back an ended sign-in',
    stored,
    ['export const generationsOfAnother = 1_000_000;', 'export const generationsOfAnother = 1;'],
    unsentTest,
  ),
  mutant(
    'storage: a renewal on another machine takes the place of the next sign-in',
    records,
    ['return ahead < generationsOfAnother && ', 'return ahead < 0 && '],
    unsentTest,
  ),
  mutant(
    'storage: two clients of one machine share a file',
    'src/node/store/sealedFiles.ts',
    ['`${sealing.id}-${hash}.json`', '`${hash}.json`'],
    'test/node/sealedFiles.test.ts',
  ),
  mutant(
    'storage: one client’s agents are another client’s strangers',
    'src/node/store/machineStorage.ts',
    ["'agentRecords'), hostKey,", "'agentRecords'), clientKey,"],
    'test/node/machineStorage.test.ts',
  ),
  mutant(
    'storage: a key of the machine that others can read',
    'src/node/store/sealingKey.ts',
    ['writeFile(temporary, text, { mode: 0o600,', 'writeFile(temporary, text, { mode: 0o644,'],
    'test/node/sealedFiles.test.ts',
  ),
  mutant(
    'storage: a refused refresh ends the sign-in before other machines could report theirs',
    outcome,
    ['if (credentials.hearsAllWindows)', 'if (credentials.hearsAllWindows && used.id === "")'],
    collisionTest,
  ),
  mutant(
    'storage: secret storage waited for under the lock',
    'src/broker/tokens/accessTokens.ts',
    [
      '.reread(server.url, account)\n      .then(() => this.lock.hold(name, () => this.#renewLocked(server, stale, account, scopes)))',
      '.get(server.url, account)\n      .then(() => this.lock.hold(name, async () => (await this.credentials.reread(server.url, account), this.#renewLocked(server, stale, account, scopes))))',
    ],
    'test/desktop/grid.test.ts',
  ),
  mutant(
    'storage: secret storage waited for without end',
    'src/broker/accounts/secretStorageTimeout.ts',
    ['reject(new SecretStorageTimeout());', ''],
    'test/broker/secretStorageTimeout.test.ts',
  ),
  mutant(
    'storage: another client’s windows say what this one is signed in to',
    'src/broker/status/clientNotices.ts',
    ["isObject(one) && one['client'] === id", 'isObject(one) && id !== ""'],
    'test/broker/clientNotices.test.ts',
  ),
];
