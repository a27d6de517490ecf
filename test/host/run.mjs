// The entry point of `npm test`, `npm run demo` and similar commands, which needs only Node ≥ 20 and npm:
// installs dependencies, compiles, packages, and runs the compiled command under Node 24.
import { readdirSync, rmSync, existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeServerVersion } from './editorVersions.mjs';
import { installAgents } from './installAgents.mjs';
import { installClients } from './installClients.mjs';
import { installAgentHost } from './installAgentHost.mjs';
import { installChromium } from './installChromium.mjs';
import { installCodeServer } from './installCodeServer.mjs';
import { installDependencies } from './installDependencies.mjs';
import { installNode } from './installNode.mjs';
import { inForeground, quietly, say, StepFailed } from './installStep.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const cache = path.join(root, '.vscode-test');
const commands = {
  demo: { editor: true, vsix: true },
  // Of the sessions, `npm test` runs those of the agent host, and only on Linux.
  testAll: { editor: true, oldest: true, agentHost: process.platform === 'linux', vsix: true },
  unitTests: { editor: false, vsix: false },
  testEditor: { editor: true, vsix: true },
  pictures: { editor: true, vsix: true, entry: 'host/pictures/takePictures.js' },
  l10n: { editor: false, vsix: false, entry: 'host/l10n/writeBundle.js' },
  mutants: { editor: false, vsix: false, entry: 'mutants/runMutants.js' },
  conformance: { editor: false, vsix: false, entry: 'conformance/runConformance.js' },
  interop: { editor: false, vsix: false, entry: 'interop/runInterop.js' },
  agents: { editor: false, vsix: false, frameworks: true, entry: 'agents/runAgents.js' },
  load: { editor: true, vsix: true, frameworks: true, entry: 'agents/runLoad.js' },
  takeover: { editor: true, vsix: true, frameworks: true, entry: 'agents/runTakeOver.js' },
  clients: { editor: false, vsix: true, clients: true, entry: 'clients/runClients.js' },
  sessions: { editor: true, agentHost: true, vsix: true, clients: true, entry: 'sessions/runSessions.js' },
  comparison: { editor: true, vsix: true, entry: 'comparison/runComparison.js' },
  situations: { editor: true, vsix: true, entry: 'workbench/runSituations.js' },
  desktop: { editor: false, vsix: false, entry: 'desktop/runDesktop.js' },
  shape: { editor: false, vsix: false, entry: 'shape/runShape.js' },
  bench: { browser: true, vsix: true, entry: 'bench/bench.js' },
};

async function main([name = '', ...given]) {
  const command = commands[name];
  if (!command)
    throw new StepFailed(
      'choosing the command',
      `${name || 'nothing'} is not one of ${Object.keys(commands)}`,
      'use npm run demo or npm test.',
    );
  const { editor, args } = editorChosen(given);
  await installDependencies(root);
  const node = await installNode(cache);
  const env = {
    ...process.env,
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`,
    MCP_OAUTH_BROKER_ROOT: root,
  };
  if (command.editor) {
    const { entry, node: editorNode } = await installCodeServer(cache, codeServerVersion(editor, root));
    Object.assign(env, { CODE_SERVER_ENTRY: entry, CODE_SERVER_NODE: editorNode });
    if (command.agentHost) env.AGENT_HOST_ENTRY = await installAgentHost(cache, entry);
  }
  if (command.oldest) {
    const { entry, node: editorNode } = await installCodeServer(cache, codeServerVersion('oldest', root));
    Object.assign(env, { OLDEST_CODE_SERVER_ENTRY: entry, OLDEST_CODE_SERVER_NODE: editorNode });
  }
  if (command.editor || command.browser) env.CHROMIUM = await installChromium();
  if (command.frameworks) env.MCP_OAUTH_BROKER_AGENTS = await installAgents(cache);
  if (command.clients) env.MCP_OAUTH_BROKER_CLIENTS = await installClients(cache);
  await compile(node, env);
  if (command.vsix) env.MCP_OAUTH_BROKER_VSIX = await packageExtension(node, env);
  return inForeground(
    [
      node,
      '--enable-source-maps',
      path.join(root, 'out', 'test', command.entry ?? `host/${name}.js`),
      ...args,
    ],
    { cwd: root, env },
  );
}

/** `--editor NAME` is removed from the arguments. The others belong to the command. */
function editorChosen(given) {
  const at = given.indexOf('--editor');
  if (at < 0) return { editor: 'newest', args: given };
  return { editor: given[at + 1] ?? '', args: given.toSpliced(at, 2) };
}

async function compile(node, env) {
  say('compiling …');
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await quietly(
    'compiling',
    [node, tsc, '-p', root, '--incremental', '--tsBuildInfoFile', path.join(root, 'out', '.tsbuildinfo')],
    {
      cwd: root,
      env,
      remedy: 'mend the type errors above.',
    },
  );
  removeOutputsWithoutSource(path.join(root, 'out'), root);
}

/** The output of a renamed or removed test must not run. */
function removeOutputsWithoutSource(out, source) {
  for (const entry of readdirSync(out, { withFileTypes: true })) {
    const output = path.join(out, entry.name);
    if (entry.isDirectory()) removeOutputsWithoutSource(output, path.join(source, entry.name));
    else if (
      /\.js(\.map)?$/.test(entry.name) &&
      !existsSync(path.join(source, entry.name.replace(/\.js(\.map)?$/, '.ts')))
    )
      rmSync(output);
  }
}

/** @returns {Promise<string>} absolute path of the VSIX */
async function packageExtension(node, env) {
  say('packaging the extension …');
  const vsix = path.join(cache, 'mcp-oauth-broker.vsix');
  const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  await quietly('bundling', [node, path.join(root, 'esbuild.js')], { cwd: root, env });
  await quietly(
    'packaging',
    [
      node,
      vsce,
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      vsix,
    ],
    { cwd: root, env },
  );
  return vsix;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error) => {
    console.error(error instanceof StepFailed ? `\n${error.message}` : error);
    process.exitCode = 1;
  },
);
