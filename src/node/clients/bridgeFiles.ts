import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { launcherScript } from './bridgeLauncher.js';
import { isCode, writeAtomically } from '../files/atomicFile.js';
import { WindowAddressFile, type AnnouncedWindowParts } from '../windows/windowAddressFile.js';

export interface StdioCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The files that the stdio command needs: the script at a path that updates do not change, one file for each
 * agent, and a directory in which the windows publish their addresses for the sessions that the editor runs
 * in other processes.
 */
export class BridgeFiles {
  readonly #directory: string;
  #placed: Promise<void> | undefined;
  /** The path of the script. */
  readonly path: string;
  /** The directory in which the windows publish their addresses. */
  readonly windows: string;
  /**
   * The path of the launcher, which runs the script with the currently installed editor, for the
   * configuration files of other programs.
   */
  readonly launcher: string;

  /**
   * @param directory the absolute path; created when it is first needed
   * @param shipped the path of the script in the extension
   */
  constructor(
    directory: string,
    private readonly shipped: string,
  ) {
    this.#directory = path.join(directory, 'agents');
    this.path = path.join(this.#directory, 'bridge.js');
    this.windows = path.join(directory, 'agentHost');
    this.launcher = path.join(this.#directory, 'bridge');
  }

  /** Writes the script once; a window with another version of the extension may replace it. */
  place(): Promise<void> {
    this.#placed ??= this.#place().catch((error: unknown) => {
      this.#placed = undefined;
      throw error;
    });
    return this.#placed;
  }

  /**
   * Returns the command that serves a server to the sessions that the editor runs in other processes. The
   * editor stores it on disk in plain text, and restarts a session's servers when it changes. Therefore it
   * contains only a script and a server, so that it is the same in every window, after each reload and for
   * each key. The script runs in the editor's own executable, because Node.js may not be installed.
   */
  command(server: string): StdioCommand {
    return {
      command: process.execPath,
      args: [this.path, '--windows', this.windows, server],
      env: { ELECTRON_RUN_AS_NODE: '1' },
    };
  }

  /** Returns the file of this window. */
  window(parts: AnnouncedWindowParts): WindowAddressFile {
    return new WindowAddressFile({ ...parts, directory: this.windows });
  }

  /**
   * Returns the command that serves another vendor's client. The command is in that client's configuration
   * file, so it must not depend on the key, the port, or the versions of the extension and the editor.
   * Because the path of an editor's executable may contain its version, the command runs a launcher; on
   * Windows, the path does not contain it, and a script would need a shell.
   */
  clientCommand(name: string): StdioCommand {
    const file = this.keyFile(name);
    if (process.platform !== 'win32') return { command: this.launcher, args: [file], env: {} };
    return { command: process.execPath, args: [this.path, file], env: { ELECTRON_RUN_AS_NODE: '1' } };
  }

  /** Writes the launcher for {@link clientCommand}, which runs the current editor. */
  async placeLauncher(): Promise<void> {
    await this.place();
    if (process.platform === 'win32') return;
    await this.#put(this.launcher, launcherScript(process.execPath, this.path), 0o700);
  }

  /** Returns the path of the file with the key of this name. */
  keyFile(name: string): string {
    return path.join(this.#directory, `${name}.json`);
  }

  /**
   * Writes a file that only its owner can read, and replaces an earlier one.
   *
   * @returns the command line that speaks MCP over stdio
   */
  async write(name: string, url: string, key: { expose(): string }): Promise<string> {
    await this.place();
    const file = this.keyFile(name);
    await this.#put(file, JSON.stringify({ url, key: key.expose() }), 0o600);
    return `node ${JSON.stringify(this.path)} ${JSON.stringify(file)}`;
  }

  /** Changes the address that the command calls, if its key still exists. */
  async redirect(name: string, url: string): Promise<void> {
    await this.#change(name, { url });
  }

  /** Changes the key that the command uses, if its file still exists. */
  async rekey(name: string, key: { expose(): string }): Promise<void> {
    await this.#change(name, { key: key.expose() });
  }

  /** Removes all files whose names start with the prefix, because their keys have been revoked. */
  async removeAll(prefix: string): Promise<void> {
    const names = await readdir(this.#directory).catch(() => []);
    const files = names.filter((name) => name.startsWith(prefix) && name.endsWith('.json'));
    await Promise.all(files.map((name) => rm(path.join(this.#directory, name), { force: true })));
  }

  async #change(name: string, change: { readonly url: string } | { readonly key: string }): Promise<void> {
    const file = this.keyFile(name);
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (isCode(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (text === undefined) return;
    await this.#put(file, JSON.stringify({ ...(JSON.parse(text) as object), ...change }), 0o600);
  }

  async #place(): Promise<void> {
    const shipped = await readFile(this.shipped);
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await this.#put(this.path, shipped, 0o600);
  }

  async #put(file: string, contents: string | Buffer, mode: number): Promise<void> {
    const bytes = Buffer.from(contents);
    const present = await readFile(file).catch(() => undefined);
    if (present?.equals(bytes) === true && ((await stat(file)).mode & 0o777) === mode) return;
    await writeAtomically(file, bytes, { mode });
  }
}
