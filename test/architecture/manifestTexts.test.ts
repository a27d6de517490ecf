import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '..', '..', '..');
const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as unknown;

/** Properties of the manifest with texts for users. */
const shown = new Set([
  ...['title', 'displayName', 'description', 'label', 'category', 'contextualTitle', 'contents', 'altText'],
  ...['userDescription', 'markdownDescription', 'enumDescriptions', 'markdownEnumDescriptions'],
]);
/** Descriptions of a tool's input are texts for models, which are not translated. */
const notForPeople = new Set(['inputSchema', 'examples', 'default']);

/** Returns the texts for users, each with its path. */
function shownTexts(node: unknown, at: string): readonly (readonly [string, string])[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    const where = `${at}.${key}`;
    if (notForPeople.has(key)) return [];
    const isShown = shown.has(key) || (key === 'name' && at.includes('.views.'));
    if (isShown && typeof value === 'string') return [[where, value] as const];
    if (isShown && Array.isArray(value))
      return value.map((text, index) => [`${where}.${index}`, String(text)] as const);
    return shownTexts(value, where);
  });
}

describe('the texts of the manifest', () => {
  const { displayName, description, contributes } = read('package.json') as Record<string, unknown>;
  const texts = shownTexts({ displayName, description, contributes }, '');
  const words = read('package.nls.json') as Record<string, string>;

  it('are all in package.nls.json, so that they can be translated', () => {
    assert.ok(texts.length > 40);
    assert.deepEqual(
      texts.filter(([, text]) => words[/^%(.+)%$/.exec(text)?.[1] ?? ''] === undefined),
      [],
    );
  });

  it('are all used', () => {
    const used = new Set(texts.map(([, text]) => text.slice(1, -1)));
    assert.deepEqual(
      Object.keys(words).filter((key) => !used.has(key)),
      [],
    );
  });
});
