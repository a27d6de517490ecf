import { promise, type Mutant } from './mutant.js';

/** Input from files, links and registries. */
export const importPromises: readonly Mutant[] = [
  promise(
    'An imported secret does not reach the settings',
    'src/broker/imports/importedHeaders.ts',
    ['    !isReference(value) &&\n    !isSecretValue(name, value);', '    !isReference(value);'],
    'test/broker/importPlan.test.ts',
  ),
  promise(
    'A file that was changed in the meantime is not overwritten',
    'src/node/clients/otherFileStore.ts',
    [
      "    if ((await textAt(file)) !== expected) throw new OtherFileFault('changed');\n    try {",
      '    try {',
    ],
    'test/node/otherFileStore.test.ts',
  ),
  promise(
    'A file that changes while it is being replaced is not overwritten',
    'src/node/clients/otherFileStore.ts',
    ["      if ((await textAt(file)) !== expected) throw new OtherFileFault('changed');\n    },", '    },'],
    'test/node/otherFileStore.test.ts',
  ),
  promise(
    'A link to a device is not read',
    'src/node/clients/otherFileStore.ts',
    ["if (!stats.isFile()) throw new OtherFileFault('unreadable', 'EINVAL');", ''],
    'test/node/otherFileStore.test.ts',
  ),
  promise(
    'A backup is for the user alone',
    'src/node/clients/otherFileStore.ts',
    ["open(backup, 'wx', 0o600)", "open(backup, 'wx', 0o644)"],
    'test/node/otherFileStore.test.ts',
  ),
  promise(
    'A backup is kept until its file is restored',
    'src/broker/imports/imports.ts',
    ['replaced.includes(changed) || (await removeBackup())', 'removeBackup()'],
    'test/broker/imports.test.ts',
  ),
  promise(
    'A client’s file is not broken by an entry',
    'src/mcpClients/configurationText.ts',
    ['  expectObjectsAbove(present, path);\n', ''],
    'test/mcpClients/configurationText.test.ts',
  ),
  promise(
    'A symbolic link is preserved',
    'src/node/clients/otherFileStore.ts',
    ['replaceText(await realpath(file), expected, text)', 'replaceText(file, expected, text)'],
    'test/node/otherFileStore.test.ts',
  ),
  promise(
    'A link brings no credential',
    'src/broker/links/addLink.ts',
    ['isSecretName(name) || isSecretValue(name, value)', 'name === text && name === value'],
    'test/broker/links.test.ts',
  ),
  promise(
    'A registry names no address of your machine',
    'src/broker/registry/registryServer.ts',
    [
      '!isWithinReach(address, onWordOf(registry).reach)',
      'isWithinReach(address, onWordOf(registry).reach) === undefined',
    ],
    'test/broker/registrySearch.test.ts',
  ),
];
