import assert from 'node:assert/strict';
import { dialectFigures } from './dialect.js';
import { sourceFigures } from './sourceFigures.js';

describe('figures of the source', () => {
  it('count conditional spreads, picked types, ignored formatting and mutually importing folders', () => {
    const figures = sourceFigures(
      new Map([
        [
          'src/a/one.ts',
          `import { two } from '../b/two.js';
// prettier-ignore
const a = { ...(two && { b: 1 }), ...(two ? { c: 1 } : {}), ...two };
interface B extends Omit<A, 'x'> { c: Pick<A, 'y'> }
`,
        ],
        ['src/b/two.ts', `import type { B } from '../a/three.js';\n`],
        ['src/a/three.ts', `export {};\n`],
      ]),
    );
    assert.deepEqual(figures, {
      files: 3,
      medianLines: 1,
      smallFiles: 3,
      fullestFolders: [
        ['src/a', 2],
        ['src/b', 1],
      ],
      cycles: [],
      mutualFolders: ['src/a ↔ src/b'],
      conditionalSpreads: 2,
      picksAndOmits: 2,
      prettierIgnores: 1,
    });
  });

  it('count words in comments only, per 10,000', () => {
    const text =
      '/** Nobody is told where it goes. */\nconst where = `${a} // where`; // one two\nfunction where() {}\n';
    assert.deepEqual(
      dialectFigures(new Map([['src/a.ts', text]])).filter(([, rate]) => rate > 0),
      [
        ['where (for if or when)', 1250],
        ['said, says, told', 1250],
        ['whoever, whose, whom, nobody', 1250],
      ],
    );
  });
});
