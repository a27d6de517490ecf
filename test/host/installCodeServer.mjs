// code-server: VS Code itself, with Copilot Chat built in, served to a browser. npm carries it where VS Code's own download is out of reach.
import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fillOnce, npm } from './installStep.mjs';

/** code-server 4.139.1 is VS Code 1.139.1. */
export const CODE_SERVER_VERSION = '4.139.1';

/**
 * Installs without running any script: what scripts would compile (spdlog and the like) the editor does without.
 *
 * @param {string} cache absolute directory for what is installed
 * @returns {Promise<string>} absolute path of the program to run with Node 24
 */
export async function installCodeServer(cache) {
  const directory = path.join(cache, `code-server-${CODE_SERVER_VERSION}`);
  const entryIn = (base) => path.join(base, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
  const what = `getting VS Code (code-server ${CODE_SERVER_VERSION}, about 600 MB on disk)`;
  await fillOnce(directory, what, async (partial) => {
    await writeFile(path.join(partial, 'package.json'), '{"private":true}');
    const install = (prefix, ...args) =>
      npm(what, ['install', '--ignore-scripts', '--omit=dev', '--prefix', prefix, ...args], { cwd: prefix });
    await install(partial, `code-server@${CODE_SERVER_VERSION}`);
    const vscode = path.join(partial, 'node_modules', 'code-server', 'lib', 'vscode');
    await install(vscode);
    await install(path.join(vscode, 'extensions'));
    await access(entryIn(partial));
  });
  return entryIn(directory);
}
