import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { editorUnderTest, type Editor } from './editor.js';
import { endProcessTree } from './processTree.js';

export type Settings = Readonly<Record<string, unknown>>;

export interface CodeServerOptions {
  /** The editor under test by default. */
  readonly editor?: Editor;
  /** Any free port by default. A browser's storage also depends on the port. */
  readonly port?: number;
  readonly userDataDir: string;
  readonly extensionsDir: string;
  /** The absolute path of the folder to open. */
  readonly folder: string;
  /** VSIX files to install before the start. */
  readonly vsix?: readonly string[];
  /** The user settings. */
  readonly settings?: Settings;
  /** The settings of the remote machine, which a browser's editor also reads. */
  readonly machineSettings?: Settings;
  /** MCP servers in the user's own `mcp.json`. */
  readonly mcpServers?: object;
  /** Models of Copilot Chat with custom endpoints, as in `chatLanguageModels.json`. */
  readonly chatLanguageModels?: readonly unknown[];
  /** Whether the page accepts requests to run tests in the extension host. */
  readonly smokeTestDriver?: boolean;
  /** IDs of extensions that may use proposed API. */
  readonly proposedApiFor?: readonly string[];
  /** Added to the environment of the server and of the extension host. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface CodeServer {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Returns its output so far. */
  output(): string;
  /** Ends it with its extension hosts. */
  stop(): Promise<void>;
}

/** Settings for quiet, repeatable runs: no downloads, port forwarding, welcome pages or recommendations. */
export const QUIET_SETTINGS: Settings = {
  'chat.byokUtilityModelDefault': 'mainAgent',
  'chat.tips.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.autofetch': false,
  'git.openRepositoryInParentFolders': 'never',
  'remote.autoForwardPorts': false,
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** Time that VS Code keeps an extension host whose page has closed, in seconds. */
const RECONNECTION_GRACE_SECONDS = 5;
const START_LIMIT_MS = 60_000;

/**
 * Starts a real VS Code that is driven through a browser. All its files are below `userDataDir` and
 * `extensionsDir`.
 *
 * @throws Error with its output if it does not respond within a minute or a VSIX cannot be installed
 */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const { entry, node } = options.editor ?? editorUnderTest();
  const { userDataDir, extensionsDir } = options;
  const own = ownDirectory(userDataDir);
  await Promise.all([
    mkdir(path.join(own, 't'), { recursive: true }),
    mkdir(homeIn(own), { recursive: true }),
    mkdir(extensionsDir, { recursive: true }),
  ]);
  await writeSettings(options);

  const env = environment(own, options.env);
  const shared = [
    entry,
    '--config',
    path.join(own, 'config.yaml'),
    '--user-data-dir',
    userDataDir,
    '--extensions-dir',
    extensionsDir,
  ];
  await writeFile(path.join(own, 'config.yaml'), 'auth: none\n');
  for (const vsix of options.vsix ?? []) {
    await promisify(execFile)(node, [...shared, '--install-extension', vsix, '--force'], { env });
  }
  const child = spawn(
    node,
    [
      ...shared,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${options.port ?? 0}`],
      ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
      '--disable-getting-started-override',
      ...(await newerOptions(entry, options)),
      ...(options.proposedApiFor ?? []).flatMap((id) => ['--enable-proposed-api', id]),
      options.folder,
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' },
  );
  const output = collectOutput(child);
  const stop = () => endProcessTree(child);
  try {
    const url = await listening(child, output);
    return { url, port: Number(new URL(url).port), pid: child.pid ?? 0, output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Options that older code-servers do not support. Those keep the extension host of a closed window until
 * they end, and run tests without a driver.
 */
async function newerOptions(entry: string, { smokeTestDriver }: CodeServerOptions): Promise<string[]> {
  const cli = await readFile(path.join(path.dirname(entry), 'cli.js'), 'utf8');
  const options = {
    'reconnection-grace-time': String(RECONNECTION_GRACE_SECONDS),
    ...(smokeTestDriver === true && { 'vscode-option': 'enable-smoke-test-driver' }),
  };
  const taken = Object.entries(options).filter(([name]) => cli.includes(`"${name}"`));
  return taken.flatMap(([name, value]) => [`--${name}`, value]);
}

async function writeSettings(options: CodeServerOptions): Promise<void> {
  const write = async (name: string, value: unknown) => {
    const file = path.join(options.userDataDir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(value, undefined, 2));
  };
  await write('User/settings.json', { ...QUIET_SETTINGS, ...options.settings });
  if (options.machineSettings) await write('Machine/settings.json', options.machineSettings);
  if (options.mcpServers) await write('User/mcp.json', { servers: options.mcpServers });
  if (options.chatLanguageModels) await write('User/chatLanguageModels.json', options.chatLanguageModels);
}

/**
 * Its configuration, sockets and temporary files stay in its own directory, and variables of an editor's
 * terminal are removed: with VSCODE_IPC_HOOK_CLI, it would open the folder in that editor instead of
 * starting.
 */
function environment(own: string, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(VSCODE_|ELECTRON_|CODE_SERVER_|NODE_OPTIONS$|PORT$|PASSWORD$|HASHED_PASSWORD$|npm_)/.test(name),
  );
  const temporary = path.join(own, 't');
  return {
    ...Object.fromEntries(inherited),
    // Other programs of the same user have MCP servers there, and the extension would offer them.
    HOME: homeIn(own),
    USERPROFILE: homeIn(own),
    XDG_CONFIG_HOME: path.join(own, 'c'),
    XDG_DATA_HOME: path.join(own, 'd'),
    XDG_CACHE_HOME: path.join(own, 'k'),
    XDG_RUNTIME_DIR: temporary,
    TMPDIR: temporary,
    TEMP: temporary,
    TMP: temporary,
    ...extra,
  };
}

/**
 * Returns the home directory of the editor's user.
 *
 * @param userDataDir of the editor
 */
export function homeOf(userDataDir: string): string {
  return homeIn(ownDirectory(userDataDir));
}

function homeIn(own: string): string {
  return path.join(own, 'h');
}

function ownDirectory(userDataDir: string): string {
  return path.join(userDataDir, 's');
}

function collectOutput(child: ChildProcess): () => string {
  const chunks: string[] = [];
  const collect = (chunk: Buffer) => chunks.push(chunk.toString('utf8'));
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  return () => chunks.join('');
}

/** Resolves with the address that it prints, since it chooses any free port. */
function listening(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (what: string) => {
      settle();
      reject(new Error(`code-server ${what}:\n${output()}`));
    };
    const timer = setTimeout(fail, START_LIMIT_MS, `did not answer within ${START_LIMIT_MS / 1000} s`);
    const onExit = () => {
      fail('ended at once');
    };
    const onData = () => {
      const url = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(output())?.[1];
      if (url === undefined) return;
      settle();
      resolve(url);
    };
    const settle = () => {
      clearTimeout(timer);
      child.off('exit', onExit);
      child.stdout?.off('data', onData);
    };
    child.on('exit', onExit);
    child.stdout?.on('data', onData);
  });
}
