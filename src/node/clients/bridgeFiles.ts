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
 * What the stdio command needs on disk: itself, at an address that outlives updates, a file for each agent, and a
 * directory where the windows write where they serve the sessions that the editor runs outside of itself.
 */
export class BridgeFiles {
  readonly #directory: string;
  #placed: Promise<void> | undefined;
  /** The script. */
  readonly path: string;
  /** The directory into which the windows write. */
  readonly windows: string;
  /** Runs the script with the editor that is installed now, for the configuration files of other programs. */
  readonly launcher: string;

  /**
   * @param directory absolute; made when it is first needed
   * @param shipped the script as it is shipped
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

  /** Puts the script in its place, once; a window with another version of the extension may put its own there. */
  place(): Promise<void> {
    this.#placed ??= this.#place().catch((error: unknown) => {
      this.#placed = undefined;
      throw error;
    });
    return this.#placed;
  }

  /**
   * The command that serves a server to the sessions that the editor runs outside of itself. The editor keeps it on
   * disk, in the clear, and restarts a session's servers when it changes. So it is the same in every window, after each
   * reload and for each key, and names only a script and a server. The editor's own executable runs the script, since a
   * machine may have no Node.
   */
  command(server: string): StdioCommand {
    return {
      command: process.execPath,
      args: [this.path, '--windows', this.windows, server],
      env: { ELECTRON_RUN_AS_NODE: '1' },
    };
  }

  /** The file of this window. */
  window(parts: AnnouncedWindowParts): WindowAddressFile {
    return new WindowAddressFile({ ...parts, directory: this.windows });
  }

  /**
   * The command that serves a client of another maker. It stands in that client's configuration file, so it is the same
   * whatever becomes of the key, the port, the extension and the editor. An editor's executable may lie in a directory
   * named by its version, which is why a launcher stands between; on Windows it does not, and a script would need a
   * shell.
   */
  clientCommand(name: string): StdioCommand {
    const file = this.keyFile(name);
    if (process.platform !== 'win32') return { command: this.launcher, args: [file], env: {} };
    return { command: process.execPath, args: [this.path, file], env: { ELECTRON_RUN_AS_NODE: '1' } };
  }

  /** Puts in place what {@link clientCommand} names, for the editor that runs now. */
  async placeLauncher(): Promise<void> {
    await this.place();
    if (process.platform === 'win32') return;
    await this.#put(this.launcher, launcherScript(process.execPath, this.path), 0o700);
  }

  /** Where the key of this name lies. */
  keyFile(name: string): string {
    return path.join(this.#directory, `${name}.json`);
  }

  /**
   * Writes a file that only its owner may read, in place of an earlier one.
   *
   * @returns the command line that speaks MCP over stdio
   */
  async write(name: string, url: string, key: { expose(): string }): Promise<string> {
    await this.place();
    const file = this.keyFile(name);
    await this.#put(file, JSON.stringify({ url, key: key.expose() }), 0o600);
    return `node ${JSON.stringify(this.path)} ${JSON.stringify(file)}`;
  }

  /** Has the command call at another address, if its key is still there. */
  async redirect(name: string, url: string): Promise<void> {
    await this.#change(name, { url });
  }

  /** Has the command call with another key, if its file is still there. */
  async rekey(name: string, key: { expose(): string }): Promise<void> {
    await this.#change(name, { key: key.expose() });
  }

  /** Removes every file with such a name: the keys in them have been withdrawn. */
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
