import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { catalogue } from './catalogue.js';
import { MutantDoesNotFit, planted, type Edit } from './mutant.js';

const root = path.resolve(__dirname, '..', '..', '..');

describe('the catalogue of defects', () => {
  const edit: Edit = { file: 'a.ts', find: 'b', replace: '$&c' };

  it('plants a defect if its code occurs exactly once, and throws otherwise', () => {
    assert.equal(planted(edit, 'abd'), 'a$&cd');
    for (const source of ['ad', 'abbd']) {
      assert.throws(() => planted(edit, source), MutantDoesNotFit);
    }
  });

  it('has unique names', () => {
    const names = catalogue.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });

  it("has at least one defect for each attack, which that attack's test alone must notice", () => {
    const attacks = readdirSync(path.join(root, 'test', 'attacks')).filter((file) =>
      file.endsWith('.test.ts'),
    );
    const played = new Set(catalogue.map(({ tests }) => path.posix.basename(tests[0] ?? '')));
    assert.ok(attacks.length >= 14);
    assert.deepEqual(
      attacks.filter((file) => !played.has(file)),
      [],
    );
  });

  for (const { name, edits, tests } of catalogue) {
    it(`fits the code: ${name}`, () => {
      for (const { file, find, replace } of edits) {
        const source = readFileSync(path.join(root, file), 'utf8');
        assert.notEqual(planted({ file, find, replace }, source), source);
      }
      assert.ok(tests.length > 0);
      for (const test of tests) assert.ok(existsSync(path.join(root, test)), test);
    });
  }
});
