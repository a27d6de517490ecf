import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(__dirname, '..', '..', '..');

interface EditorVersions {
  codeServerVersion(name: string, root: string): string;
}

describe('the editors that the tests run in', () => {
  let versions: EditorVersions;
  let elsewhere: string;

  before(async () => {
    const file = path.join(root, 'test', 'host', 'editorVersions.mjs');
    versions = (await import(pathToFileURL(file).href)) as EditorVersions;
    elsewhere = mkdtempSync(path.join(tmpdir(), 'mob-versions-'));
  });
  after(() => rmSync(elsewhere, { recursive: true }));

  it('start with the one that package.json and the README name', () => {
    const [, minor = ''] = versions.codeServerVersion('oldest', root).split('.');
    const { engines, devDependencies } = JSON.parse(
      readFileSync(path.join(root, 'package.json'), 'utf8'),
    ) as { engines: { vscode: string }; devDependencies: Record<string, string> };
    assert.equal(engines.vscode, `^1.${minor}.0`);
    assert.equal(devDependencies['@types/vscode'], `~1.${minor}.0`, 'no newer API compiles');
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
    assert.ok(readme.includes(`You need VS Code 1.${minor} or later`));
  });

  it('are rejected if package.json names a different oldest one', () => {
    writeFileSync(path.join(elsewhere, 'package.json'), '{"engines":{"vscode":"^1.50.0"}}');
    assert.throws(
      () => versions.codeServerVersion('oldest', elsewhere),
      /engines\.vscode in package\.json is \^1\.50\.0.*\n.*What to do: name a code-server of that version/,
    );
    assert.match(versions.codeServerVersion('newest', elsewhere), /^4\.\d+\.\d+$/);
  });

  it('have names', () => {
    assert.throws(
      () => versions.codeServerVersion('1.103', root),
      /no editor called “1\.103”.*\n.*oldest, newest/,
    );
  });
});
