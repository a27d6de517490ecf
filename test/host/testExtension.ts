import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const VSCE = path.join(path.dirname(require.resolve('@vscode/vsce/package.json')), 'vsce');
export const TEST_PUBLISHER = 'mcp-oauth-broker-tests';

/**
 * Packages an extension for tests from a single source file.
 *
 * @param dir absolute directory to build the package in
 * @param name of the extension, as in its manifest
 * @param source CommonJS that exports `activate`
 * @param more further fields of its manifest
 * @returns the absolute path of the VSIX
 */
export async function packTestExtension(
  dir: string,
  name: string,
  source: string,
  more: object = {},
): Promise<string> {
  const folder = path.join(dir, name);
  await mkdir(folder, { recursive: true });
  const manifest = {
    name,
    publisher: TEST_PUBLISHER,
    version: '0.0.1',
    license: 'MIT',
    engines: { vscode: '^1.101.0' },
    activationEvents: ['*'],
    main: './extension.js',
    ...more,
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'README.md'), 'For the tests of MCP OAuth Broker.\n');
  await writeFile(path.join(folder, 'extension.js'), source);
  const packagePath = path.join(dir, `${name}.vsix`);
  const flags = [
    '--no-dependencies',
    '--allow-missing-repository',
    '--skip-license',
    '--allow-star-activation',
  ];
  await promisify(execFile)(process.execPath, [VSCE, 'package', ...flags, '--out', packagePath], {
    cwd: folder,
  });
  return packagePath;
}
