import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Secret } from './storedBytes/secretForms.js';

const VSCE = path.join(path.dirname(require.resolve('@vscode/vsce/package.json')), 'vsce');

/**
 * An extension that overhears the servers of its extension host, which all extensions share: the relay's key passes
 * nowhere else.
 *
 * @param dir absolute; it must not lie where secrets are looked for
 * @returns the VSIX, absolute
 */
export async function packTapExtension(dir: string): Promise<string> {
  const source = path.join(dir, 'tap');
  await mkdir(source, { recursive: true });
  const manifest = {
    name: 'wire-tap',
    publisher: 'mcp-oauth-broker-tests',
    version: '0.0.1',
    license: 'MIT',
    engines: { vscode: '^1.101.0' },
    activationEvents: ['*'],
    main: './extension.js',
  };
  await writeFile(path.join(source, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(source, 'README.md'), 'Overhears HTTP for the tests.\n');
  await writeFile(
    path.join(source, 'extension.js'),
    `const { WireTap } = require(${JSON.stringify(path.join(__dirname, 'wireTap.js'))});
const { appendFileSync } = require('node:fs');
exports.activate = () => {
  new WireTap((secret) => appendFileSync(${JSON.stringify(tapFile(dir))}, JSON.stringify(secret) + '\\n'));
};
`,
  );
  const packagePath = path.join(dir, 'tap.vsix');
  const flags = [
    '--no-dependencies',
    '--allow-missing-repository',
    '--skip-license',
    '--allow-star-activation',
  ];
  await promisify(execFile)(process.execPath, [VSCE, 'package', ...flags, '--out', packagePath], {
    cwd: source,
  });
  return packagePath;
}

/** What the extension packed with the same directory has overheard. */
export function overheard(dir: string): Secret[] {
  const file = tapFile(dir);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Secret);
}

function tapFile(dir: string): string {
  return path.join(dir, 'overheard.jsonl');
}
