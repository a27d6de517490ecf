// The command-line clients that `npm run sessions` and `npm run clients` run against the broker. They need
// more than 1 GB on disk, and nothing else needs them.
import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fillOnce, npm } from './installStep.mjs';

/** Versions by package. Runs disable their automatic updates. */
const PACKAGES = {
  '@github/copilot': '1.0.102',
  '@anthropic-ai/claude-code': '2.1.332',
  '@openai/codex': '0.171.0',
  '@google/gemini-cli': '0.61.0',
};

/**
 * @param {string} cache absolute directory for installations
 * @returns {Promise<string>} absolute path of the directory with their `node_modules`
 */
export async function installClients(cache) {
  const directory = path.join(cache, `clients-${Object.values(PACKAGES).join('-')}`);
  const what = 'getting the command-line clients (more than 1 GB on disk)';
  await fillOnce(directory, what, async (partial) => {
    await writeFile(path.join(partial, 'package.json'), '{"private":true}');
    const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
    // Each program is in a separate package for this platform, so no install script is needed.
    await npm(what, ['install', '--ignore-scripts', '--prefix', partial, ...wanted], { cwd: partial });
    for (const name of Object.keys(PACKAGES)) await access(path.join(partial, 'node_modules', name));
  });
  return directory;
}
