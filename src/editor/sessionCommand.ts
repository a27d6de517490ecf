import * as vscode from 'vscode';

/** The command that serves one server to a session outside of the editor. */
export interface SessionCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Where the bridge is, and where it finds the windows. */
export interface PlacedBridge {
  readonly path: string;
  readonly windows: string;
  /** Puts the script in its place. */
  place(): Promise<void>;
}

/** Looked for at run time: an editor that follows VS Code's API from afar may have HTTP servers only. */
export function hasStdioServers(): boolean {
  const { McpStdioServerDefinition } = vscode as Partial<typeof vscode>;
  return McpStdioServerDefinition !== undefined;
}

/**
 * The command is the same in every window, after each reload and for each key: the editor keeps it on disk, in the
 * clear, and restarts a session's servers when it changes. So it names a script and a server, and holds no address and
 * no key. The editor's own executable runs the script, since a machine may have no Node.
 */
export function sessionCommand(bridge: PlacedBridge, server: string): SessionCommand {
  return {
    command: process.execPath,
    args: [bridge.path, '--windows', bridge.windows, server],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  };
}
