// VS Code with a working agent host. code-server is installed without scripts, so compiled modules are
// missing. The editor works without most of them, but its agent host needs a database.
import { cp, copyFile, link, mkdir, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillOnce } from './installStep.mjs';

const STAND_IN = path.join(path.dirname(fileURLToPath(import.meta.url)), 'sqliteStandIn.mjs');

/**
 * @param {string} cache absolute directory for installations
 * @param {string} entry absolute path of code-server's program
 * @returns {Promise<string>} absolute path of the program of a copy with a working agent host
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

/** Files are hard-linked, because nothing writes to them, and copied if linking fails. */
async function linkTree(from, to) {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await linkTree(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else await link(source, target).catch(() => copyFile(source, target));
  }
}
