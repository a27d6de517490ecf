import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { catalogue } from './catalogue.js';
import { MutantDoesNotFit, planted, type Edit } from './mutant.js';

const root = path.resolve(__dirname, '..', '..', '..');

describe('the catalogue of defects', () => {
  const edit: Edit = { file: 'a.ts', find: 'b', replace: '$&c' };

  it('plants a defect where its place is there exactly once, and fails loudly else', () => {
    assert.equal(planted(edit, 'abd'), 'a$&cd');
    for (const source of ['ad', 'abbd']) {
      assert.throws(() => planted(edit, source), MutantDoesNotFit);
    }
  });

  it('names each defect once', () => {
    const names = catalogue.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });

  it('has one at least for each attack, which its test alone must notice', () => {
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
    it(`follows the code: ${name}`, () => {
      for (const { file, find, replace } of edits) {
        const source = readFileSync(path.join(root, file), 'utf8');
        assert.notEqual(planted({ file, find, replace }, source), source);
      }
      assert.ok(tests.length > 0);
      for (const test of tests) assert.ok(existsSync(path.join(root, test)), test);
    });
  }
});
