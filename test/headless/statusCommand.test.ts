import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { statusLabels } from '../../src/headless/statusCommand.js';

const root = path.join(__dirname, '..', '..', '..');

describe('the statuses without an editor', () => {
  it('use the texts of the editor’s views', () => {
    const source = readFileSync(path.join(root, 'src/editor/views/statusTexts.ts'), 'utf8');
    const editor = [...source.matchAll(/^ {2}(\w+): \{\s*label: t\('([^']+)'\)/gm)].map(([, name, label]) => [
      name,
      label,
    ]);
    assert.deepEqual(statusLabels, Object.fromEntries(editor));
  });
});
