// VS Code with an agent host that starts. code-server is installed without running a script, so that what needs compiling
// is missing; most of it the editor does without, but not its agent host without a database.
import { cp, copyFile, link, mkdir, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillOnce } from './installStep.mjs';

const STAND_IN = path.join(path.dirname(fileURLToPath(import.meta.url)), 'sqliteStandIn.mjs');

/**
 * @param {string} cache absolute directory for what is installed
 * @param {string} entry code-server's own program, absolute
 * @returns {Promise<string>} absolute path of the program of a copy whose agent host starts
 */
export async function installAgentHost(cache, entry) {
  const original = path.resolve(path.dirname(entry), '..', '..', '..', '..');
  const copy = path.join(cache, `${path.basename(original)}-agent-host`);
  await fillOnce(copy, 'making a VS Code whose agent host starts', (partial) => linkTree(original, partial));
  const copied = path.join(copy, path.relative(original, entry));
  const vscode = path.resolve(path.dirname(copied), '..', '..', 'lib', 'vscode');
  const sqlite = path.join(vscode, 'node_modules', '@vscode', 'sqlite3');
  await rm(sqlite, { recursive: true, force: true });
  await mkdir(sqlite);
  const manifest = { name: '@vscode/sqlite3', version: '0.0.0', exports: './sqliteStandIn.mjs' };
  await writeFile(path.join(sqlite, 'package.json'), JSON.stringify(manifest));
  await cp(STAND_IN, path.join(sqlite, 'sqliteStandIn.mjs'));
  return copied;
}

/** The files are the same ones, which nothing writes to; where they cannot be, they are copied. */
async function linkTree(from, to) {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await linkTree(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else await link(source, target).catch(() => copyFile(source, target));
  }
}
