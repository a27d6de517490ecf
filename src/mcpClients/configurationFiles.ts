import type { McpClientId } from './mcpClient.js';

/** The locations of a user's programs' files on this machine. */
export interface UserDirectories {
  readonly platform: 'win32' | 'darwin' | 'linux';
  /** The user's home directory. */
  readonly home: string;
  /** `%APPDATA%`; used on Windows only. */
  readonly appData?: string | undefined;
  /** Values of environment variables that move a client's directory, such as `CODEX_HOME`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A configuration file that a client reads, whether or not it exists. */
export interface ConfigurationFile {
  readonly client: McpClientId;
  /** Absolute, with `/` between its parts; Windows takes these too. */
  readonly path: string;
}

/** Each client's file for all of the user's folders. VS Code's own is located by its settings, not here. */
export function userConfigurationFiles(directories: UserDirectories): readonly ConfigurationFile[] {
  const { home } = directories;
  const at = (variable: string, ...usual: readonly string[]) =>
    directoryIn(directories, variable) ?? join(home, ...usual);
  return [
    { client: 'claudeCode', path: join(at('CLAUDE_CONFIG_DIR'), '.claude.json') },
    {
      client: 'claudeDesktop',
      path: join(applicationData(directories), 'Claude', 'claude_desktop_config.json'),
    },
    { client: 'copilotCli', path: join(at('COPILOT_HOME', '.copilot'), 'mcp-config.json') },
    { client: 'codex', path: join(at('CODEX_HOME', '.codex'), 'config.toml') },
    { client: 'cursor', path: join(home, '.cursor', 'mcp.json') },
    { client: 'gemini', path: join(at('GEMINI_CLI_HOME'), '.gemini', 'settings.json') },
    { client: 'windsurf', path: join(home, '.codeium', 'windsurf', 'mcp_config.json') },
  ];
}

/** Paths that exist if the client is installed, or was: its file, and a directory that it alone uses. */
export function tracesOf({ client, path }: ConfigurationFile, home: string): readonly string[] {
  // Its file lies in the home directory itself.
  if (client === 'claudeCode') return [path, join(home, '.claude')];
  return [path, path.slice(0, path.lastIndexOf('/'))];
}

/** The files of one folder that teams share in its repository. */
export function folderConfigurationFiles(folder: string): readonly ConfigurationFile[] {
  return [
    { client: 'vscode', path: join(folder, '.vscode', 'mcp.json') },
    { client: 'claudeCode', path: join(folder, '.mcp.json') },
    { client: 'cursor', path: join(folder, '.cursor', 'mcp.json') },
    { client: 'gemini', path: join(folder, '.gemini', 'settings.json') },
    { client: 'codex', path: join(folder, '.codex', 'config.toml') },
  ];
}

function applicationData(directories: UserDirectories): string {
  const { platform, home, appData } = directories;
  switch (platform) {
    case 'win32':
      return appData ?? join(home, 'AppData', 'Roaming');
    case 'darwin':
      return join(home, 'Library', 'Application Support');
    case 'linux':
      return directoryIn(directories, 'XDG_CONFIG_HOME') ?? join(home, '.config');
  }
}

/** An empty variable counts as unset, as the XDG Base Directory Specification requires. */
function directoryIn({ environment }: UserDirectories, variable: string): string | undefined {
  const value = environment[variable];
  return value === '' ? undefined : value;
}

function join(...parts: readonly string[]): string {
  return parts.map((part) => part.replaceAll('\\', '/').replace(/\/$/, '')).join('/');
}
