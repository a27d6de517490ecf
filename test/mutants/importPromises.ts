import { promise, type Mutant } from './mutant.js';

/** What comes from files, links and registries. */
export const importPromises: readonly Mutant[] = [
  promise(
    'An imported secret does not reach the settings',
    'src/broker/imports/importedHeaders.ts',
    ['&& !isReference(value) && !isSecretText(value)', '&& !isReference(value)'],
    'test/broker/importPlan.test.ts',
  ),
  promise(
    'A file that was changed meanwhile is not written over',
    'src/node/clients/otherFileStore.ts',
    ["if ((await textAt(file)) !== expected) throw new OtherFileFault('changed');", ''],
    'test/node/otherFileStore.test.ts',
  ),
  promise(
    'A symbolic link stays one',
    'src/node/clients/otherFileStore.ts',
    ['else await replaceText(await realpath(file), text);', 'else await replaceText(file, text);'],
    'test/node/otherFileStore.test.ts',
  ),
  promise(
    'A link brings no credential',
    'src/broker/links/addLink.ts',
    ["secretFieldFault(name, 'server')", 'name === text'],
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
