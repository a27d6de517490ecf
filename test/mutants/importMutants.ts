import { mutant, type Mutant } from './mutant.js';

const headers = 'src/broker/imports/importedHeaders.ts';
const plan = 'src/broker/imports/importPlan.ts';
const record = 'src/broker/imports/importRecord.ts';
const imports = 'src/broker/imports/imports.ts';
const store = 'src/node/clients/otherFileStore.ts';

const planTest = 'test/broker/importPlan.test.ts';
const importsTest = 'test/broker/imports.test.ts';
const storeTest = 'test/node/otherFileStore.test.ts';

/** Defects of taking servers over from other programs. */
export const importMutants: readonly Mutant[] = [
  mutant(
    'import: a token in a header taken over into the settings',
    headers,
    ['&& !isReference(value) && !isSecretText(value)', '&& !isReference(value)'],
    planTest,
  ),
  mutant(
    'import: a header named like a key taken over into the settings',
    headers,
    ['isAccepted(name, value) && !isSecretName(name)', 'isAccepted(name, value)'],
    planTest,
  ),
  mutant(
    'import: an entry that came back meanwhile written over when the import is undone',
    plan,
    ['if (taken !== undefined) throw', 'if (taken === undefined) throw'],
    planTest,
  ),
  mutant(
    'import: undone with a backup that was changed',
    record,
    ['(await sha256(backup)) === file.before', '(await sha256(backup)) !== ""'],
    planTest,
  ),
  mutant(
    'import: an entry that was changed since taken out of the settings',
    imports,
    ['names.filter((name) => canonical(written[name]) === canonical(record.entries[name]))', 'names'],
    importsTest,
  ),
  mutant(
    'import: files left changed where our settings could not be written',
    imports,
    ['for (const takeBack of takeBacks.reverse()) await attempt(takeBack);', ''],
    importsTest,
  ),
  mutant(
    'import: a file that was changed meanwhile written over',
    store,
    ["if ((await textAt(file)) !== expected) throw new OtherFileFault('changed');", ''],
    storeTest,
  ),
  mutant(
    'import: a backup in a repository',
    store,
    [
      'const isInRepository = await hasRepositoryAbove(await realpath(path.dirname(file)));',
      'const isInRepository = false;',
    ],
    storeTest,
  ),
  mutant(
    'import: a symbolic link replaced by a file',
    store,
    ['else await replaceText(await realpath(file), text);', 'else await replaceText(file, text);'],
    storeTest,
  ),
  mutant(
    'import: a file that others may read after it was changed',
    store,
    ['await chmod(temporary, mode & 0o777);', 'await chmod(temporary, 0o666);'],
    storeTest,
  ),
];
