// The agent frameworks that `npm run agents` lets call: bigger together than everything else, and needed by nothing else.
import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fillOnce, npm } from './installStep.mjs';

/** By package; each agent's line names its version. */
const PACKAGES = {
  '@google/adk': '2.0.0',
  '@openai/agents': '0.20.0',
  '@langchain/mcp-adapters': '1.1.4',
  '@modelcontextprotocol/sdk': '1.32.2',
  '@modelcontextprotocol/client': '2.4.0',
};
/** What those need beside them. */
const PEERS = ['@langchain/core@1', '@langchain/langgraph@1', 'zod@4'];

/**
 * @param {string} cache absolute directory for what is installed
 * @returns {Promise<string>} absolute path of the directory that holds their `node_modules`
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
