// Installs node_modules from package-lock.json, only if the two differ.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { npm, say } from './installStep.mjs';

/** @param {string} root the repository */
export async function installDependencies(root) {
  if (isUpToDate(root)) return;
  say('installing the dependencies of package-lock.json …');
  await npm('installing dependencies', ['ci', '--ignore-scripts', '--prefix', root], { cwd: root });
}

/**
 * npm records the last installation in node_modules/.package-lock.json, without optional packages of other
 * platforms.
 */
function isUpToDate(root) {
  const installedFile = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === '') return true;
    const found = installed[name];
    return found ? found.version === entry.version : Boolean(entry.optional);
  });
}
