import { mutant, type Mutant } from './mutant.js';

const walk = 'src/broker/diagnosis/diagnosis.ts';
const client = 'src/broker/diagnosis/diagnosedRequests.ts';

const walkTest = 'test/broker/diagnosis.test.ts';
const grantsTest = 'test/broker/diagnosedGrants.test.ts';

/** Defects of what the diagnosis says, which would be false of a server that works. */
export const diagnosisMutants: readonly Mutant[] = [
  mutant(
    'a diagnosis that believes what was read before it',
    walk,
    [
      'const { metadata, ...parts } = this.parts.discovery;\n    metadata?.drop(this.server);',
      'const parts = this.parts.discovery;',
    ],
    walkTest,
  ),
  mutant(
    'a diagnosis that leaves to the sign-in what was read before it',
    walk,
    ['metadata?.drop(this.server);', ''],
    walkTest,
  ),
  mutant(
    'what a user is merely asked about called a failure of the sign-in',
    walk,
    ['return Promise.resolve(true);', 'return Promise.resolve(false);'],
    walkTest,
  ),
  mutant(
    'a user asked about a rule that they have excused already',
    walk,
    ["fault !== undefined && !policy.exceptions.has('pkceNotAdvertised')", 'fault !== undefined'],
    walkTest,
  ),
  mutant(
    'a browser’s protection missed where no browser takes part',
    'src/broker/diagnosis/diagnosisFacts.ts',
    ['grant !== undefined ? [] : browserStrays(as)', 'browserStrays(as)'],
    grantsTest,
  ),
  mutant(
    'the sign-in of a browser diagnosed where the editor’s account is used',
    walk,
    ["if (this.#grant === 'editorAccount') {", 'if (false) {'],
    grantsTest,
  ),
  mutant(
    'a stored secret overlooked by the diagnosis',
    client,
    ['const authMethod = preRegisteredMethod(as, proof);', "const authMethod = proof && 'none';"],
    grantsTest,
  ),
  mutant(
    'a client of an earlier sign-in overlooked by the diagnosis',
    client,
    ['(await registeredBefore({ server, ...found }, registered)) ?? identity', 'identity'],
    grantsTest,
  ),
];
