// The agent frameworks for `npm run agents`. They are larger than all other dependencies together, and
// nothing else needs them.
import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fillOnce, npm } from './installStep.mjs';

/** Versions by package. Each agent's line names its version. */
const PACKAGES = {
  '@google/adk': '2.0.0',
  '@openai/agents': '0.20.0',
  '@langchain/mcp-adapters': '1.1.4',
  '@modelcontextprotocol/sdk': '1.32.2',
  '@modelcontextprotocol/client': '2.4.0',
};
/** Their peer dependencies. */
const PEERS = ['@langchain/core@1', '@langchain/langgraph@1', 'zod@4'];

/**
 * @param {string} cache absolute directory for installations
 * @returns {Promise<string>} absolute path of the directory with their `node_modules`
 */
export async function installAgents(cache) {
  const directory = path.join(cache, `agents-${Object.values(PACKAGES).join('-')}`);
  const what = 'getting the agent frameworks (about 300 MB on disk)';
  await fillOnce(directory, what, async (partial) => {
    await writeFile(path.join(partial, 'package.json'), '{"private":true}');
    const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
    await npm(what, ['install', '--ignore-scripts', '--prefix', partial, ...wanted, ...PEERS], {
      cwd: partial,
    });
    for (const name of Object.keys(PACKAGES)) await access(path.join(partial, 'node_modules', name));
  });
  return directory;
}
