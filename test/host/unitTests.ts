import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { mochaTests, OUT } from './mochaTests.js';
import { runParts } from './runParts.js';

/** The default tests, which need no editor, no browser and no other process. */
const folders = ['broker', 'mcp', 'mcpClients', 'node', 'oauth', 'profiles', 'relay'];
/** Tests that need an editor and cannot run here. */
const inEditor = ['editor', 'workbench'];
const LIMIT_MS = 300_000;

/** Parts of the paths of test files, such as `oauth/` or `launchPages`. */
const patterns = process.argv.slice(2);

const files = globSync('*/**/*.test.js', { cwd: OUT })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => {
    const [folder = ''] = file.split('/');
    if (patterns.length === 0) return folders.includes(folder);
    return !inEditor.includes(folder) && patterns.some((pattern) => file.includes(pattern));
  });

function run() {
  if (files.length === 0) throw new Error(`No test file has ${patterns.join(' or ')} in its path.`);
  return mochaTests({
    files,
    args: ['--parallel', '--jobs', String(availableParallelism())],
    limitMs: LIMIT_MS,
  });
}

void runParts([{ name: 'Unit tests', run: async () => run() }]);
