// The editors that the tests run in. code-server 4.N.P is VS Code 1.N.P, and VS Code itself is not on npm.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { StepFailed } from './installStep.mjs';

/**
 * Version of code-server by name. `newest` is the newest on npm. `oldest` is the newest patch on npm of the
 * VS Code that `engines.vscode` in package.json names. npm does not have every version: there is none
 * between 4.100 and 4.103.
 */
const VERSIONS = { oldest: '4.103.2', newest: '4.139.1' };

/**
 * @param {string} name `oldest` or `newest`
 * @param {string} root the repository
 * @returns {string} a version of code-server
 * @throws {StepFailed} if there is no editor of that name, or `engines.vscode` names a different oldest one
 */
export function codeServerVersion(name, root) {
  const version = VERSIONS[name];
  if (version === undefined)
    throw new StepFailed(
      'choosing the editor',
      `there is no editor called “${name}”`,
      `give --editor one of ${Object.keys(VERSIONS).join(', ')}.`,
    );
  const { vscode } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).engines;
  if (name === 'oldest' && vscode !== `^1.${version.split('.')[1]}.0`)
    throw new StepFailed(
      'choosing the oldest editor',
      `engines.vscode in package.json is ${vscode}, and code-server ${version} is another VS Code`,
      'name a code-server of that version in test/host/editorVersions.mjs; npm view code-server versions lists them.',
    );
  return version;
}
