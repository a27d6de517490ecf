import { availableParallelism } from 'node:os';
import path from 'node:path';
import { catalogue } from './catalogue.js';
import { runTests } from './chosenTests.js';
import type { Mutant } from './mutant.js';
import { SourceTree } from './sourceTree.js';

const ROOT = path.resolve(__dirname, '..', '..', '..');

/** The result of a defect: noticed by a test, or not. */
type Verdict =
  | { readonly kind: 'killed'; readonly by: string; readonly inTime: boolean }
  | { readonly kind: 'survived' }
  | { readonly kind: 'unusable'; readonly why: string };

async function judge(tree: SourceTree, mutant: Mutant): Promise<Verdict> {
  try {
    const { failures, passed } = await tree.withMutant(mutant, () =>
      runTests(tree.root, mutant.tests, { bail: true }),
    );
    const [failure] = failures;
    if (failure !== undefined)
      return { kind: 'killed', by: failure.title, inTime: !failure.reason.startsWith('Error: Timeout of') };
    return passed === 0 ? { kind: 'unusable', why: 'no test ran' } : { kind: 'survived' };
  } catch (error) {
    return { kind: 'unusable', why: error instanceof Error ? error.message : String(error) };
  }
}

function lineOf({ name }: Mutant, verdict: Verdict): string {
  switch (verdict.kind) {
    case 'killed':
      return `✓ ${name}\n    noticed by “${verdict.by}”${verdict.inTime ? '' : ', which waited in vain'}`;
    case 'survived':
      return `✗ ${name}\n    SURVIVED`;
    case 'unusable':
      return `✗ ${name}\n    ${verdict.why.replaceAll('\n', '\n    ')}`;
  }
}

/** The tests must pass without a defect. Otherwise, a failure with a defect proves nothing. */
async function passUnpatched(tree: SourceTree, mutants: readonly Mutant[]): Promise<boolean> {
  const tests = [...new Set(mutants.flatMap((mutant) => mutant.tests))];
  const { passed, failures } = await runTests(tree.root, tests, { bail: false });
  for (const { title, reason } of failures) console.log(`✗ without any defect: ${title}\n${reason}`);
  console.log(`Without a defect: ${passed} passed, ${failures.length} failed\n`);
  return passed > 0 && failures.length === 0;
}

/**
 * Plants the defects of the catalogue, each of which breaks one promise, and runs the tests that must
 * notice it.
 *
 * @param wanted parts of names; if empty, the whole catalogue
 * @returns whether each was noticed
 */
export async function runPromises(wanted: readonly string[]): Promise<boolean> {
  const begun = Date.now();
  const mutants = catalogue.filter(
    ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
  );
  const trees: SourceTree[] = [];
  try {
    for (let count = Math.min(availableParallelism(), 4); count > 0; count--)
      trees.push(await SourceTree.copyOf(ROOT));
    const [first] = trees;
    if (first === undefined || !(await passUnpatched(first, mutants))) return false;
    const verdicts: Verdict[] = [];
    const waiting = [...mutants];
    await Promise.all(
      trees.map(async (tree) => {
        for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
          const verdict = await judge(tree, mutant);
          verdicts.push(verdict);
          console.log(lineOf(mutant, verdict));
        }
      }),
    );
    const killed = verdicts.filter(({ kind }) => kind === 'killed').length;
    const seconds = Math.round((Date.now() - begun) / 1000);
    console.log(`\n${killed} of ${mutants.length} defects noticed, in ${seconds} s`);
    return mutants.length > 0 && killed === mutants.length;
  } finally {
    for (const tree of trees) await tree.remove();
  }
}
