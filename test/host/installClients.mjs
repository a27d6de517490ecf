// The command-line clients that `npm run sessions` and `npm run clients` run against the broker. More than 1 GB on disk,
// and needed by nothing else.
import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fillOnce, npm } from './installStep.mjs';

/** By package. Their own updates are turned off when they run. */
const PACKAGES = {
  '@github/copilot': '1.0.102',
  '@anthropic-ai/claude-code': '2.1.332',
  '@openai/codex': '0.171.0',
  '@google/gemini-cli': '0.61.0',
};

/**
 * @param {string} cache absolute directory for what is installed
 * @returns {Promise<string>} absolute path of the directory that holds their `node_modules`
 */
export async function installClients(cache) {
  const directory = path.join(cache, `clients-${Object.values(PACKAGES).join('-')}`);
  const what = 'getting the command-line clients (more than 1 GB on disk)';
  await fillOnce(directory, what, async (partial) => {
    await writeFile(path.join(partial, 'package.json'), '{"private":true}');
    const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
    // Each one's program is in a package of its own for this platform, so no script has to fetch it.
    await npm(what, ['install', '--ignore-scripts', '--prefix', partial, ...wanted], { cwd: partial });
    for (const name of Object.keys(PACKAGES)) await access(path.join(partial, 'node_modules', name));
  });
  return directory;
}
