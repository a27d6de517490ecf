// code-server: VS Code itself, with Copilot Chat built in (in later versions), served to a browser. It is on
// npm, so it is available without VS Code's own download.
import { access, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { installNode } from './installNode.mjs';
import { fillOnce, npm } from './installStep.mjs';

/**
 * It is installed without scripts: the editor works without the modules that they compile, such as spdlog.
 * Only argon2, for passwords, must load although the tests do not use it. From this version on, it is
 * precompiled.
 */
const PACKAGE = { private: true, overrides: { argon2: '0.44.0' } };

/**
 * @param {string} cache absolute directory for installations
 * @param {string} version of code-server
 * @returns {Promise<{entry: string, node: string}>} absolute paths of the program and its Node
 */
export async function installCodeServer(cache, version) {
  const directory = path.join(cache, `code-server-${version}`);
  const packageIn = (base) => path.join(base, 'node_modules', 'code-server');
  const entryIn = (base) => path.join(packageIn(base), 'out', 'node', 'entry.js');
  const what = `getting VS Code (code-server ${version}, up to 600 MB on disk)`;
  await fillOnce(directory, what, async (partial) => {
    await writeFile(path.join(partial, 'package.json'), JSON.stringify(PACKAGE));
    const install = (prefix, ...args) =>
      npm(what, ['install', '--ignore-scripts', '--omit=dev', '--prefix', prefix, ...args], { cwd: prefix });
    await install(partial, `code-server@${version}`);
    const vscode = path.join(packageIn(partial), 'lib', 'vscode');
    await install(vscode);
    await install(path.join(vscode, 'extensions'));
    await access(entryIn(partial));
  });
  const { engines } = JSON.parse(await readFile(path.join(packageIn(directory), 'package.json'), 'utf8'));
  return { entry: entryIn(directory), node: await installNode(cache, Number(engines.node)) };
}
