import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleFile, translatedSources, wordsBundle } from '../host/l10n/wordsBundle.js';

const root = path.resolve(__dirname, '..', '..', '..');

describe('the texts of the source', () => {
  it('are all in the translation bundle, which has no others (npm run l10n writes it)', async function () {
    // The extractor parses every source file, which is slow on a busy machine.
    this.timeout(120_000);
    assert.equal(await wordsBundle(root), readFileSync(path.join(root, bundleFile), 'utf8'));
  });

  it('are in the place where the editor looks for translations', () => {
    const { l10n } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { l10n?: string };
    assert.equal(l10n, './l10n');
  });

  it('are literals, because a text that is composed at run time cannot be in a bundle', () => {
    const call = /(?<![\w$.])(?:vscode\.l10n\.)?t\((?!\s*['")])\s*(.{0,40})/g;
    const found = translatedSources(root).flatMap(([file, text]) =>
      [...text.matchAll(call)].map(([, argument]) => `${file}: t(${argument}`),
    );
    assert.deepEqual(found, []);
  });
});
