import { createHash } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isCode, writeAtomically } from '../files/atomicFile.js';
import { spawn } from 'node:child_process';

/**
 * The operating system's store for a short secret of this user, accessed through the system's own command.
 * The secret must be short, because macOS's command accepts lines of at most 4096 characters, and Windows
 * stores at most 2560 bytes.
 */
export interface Keychain {
  /** The name that users know. */
  readonly name: string;
  /**
   * @returns undefined if nothing is stored yet
   * @throws KeychainUnavailable if the keychain cannot be used
   */
  read(): Promise<string | undefined>;
  /**
   * @param secret the secret in base64
   * @throws KeychainUnavailable if the keychain cannot be used
   */
  write(secret: string): Promise<void>;
}

/**
 * The keychain exists but cannot be used, because it is locked, access is denied, or its service is not
 * running.
 */
export class KeychainUnavailable extends Error {
  override readonly name = 'KeychainUnavailable';
  constructor(readonly keychain: string) {
    super(`${keychain} cannot be used now: it is locked, denies access, or its service is not running.`);
  }
}

const service = 'mcp-oauth-broker';

/**
 * Returns the keychain of this machine.
 *
 * @param directory the absolute path; each directory has a separate secret
 * @returns undefined if there is no keychain
 */
export function systemKeychain(
  directory: string,
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Keychain | undefined {
  const account = createHash('sha256').update(directory).digest('hex').slice(0, 32);
  switch (platform) {
    case 'darwin':
      return new MacKeychain(account, environment);
    case 'win32': {
      const powershell = path.join(
        environment['SystemRoot'] ?? 'C:\\Windows',
        ...['System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe'],
      );
      return new DataProtection(path.join(directory, 'store-key.dpapi'), environment, powershell);
    }
    default: {
      const command = onPath('secret-tool', environment['PATH']);
      return command === undefined ? undefined : new SecretService(account, environment, command);
    }
  }
}

/** The Secret Service of freedesktop.org (GNOME Keyring, KWallet, KeePassXC), through libsecret's command. */
export class SecretService implements Keychain {
  readonly name = 'The Secret Service keyring';
  readonly #attributes: readonly string[];

  constructor(
    account: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly command: string,
  ) {
    this.#attributes = ['service', service, 'account', account];
  }

  async read(): Promise<string | undefined> {
    const run = await runTool(this.command, ['lookup', ...this.#attributes], '', this.environment);
    if (run.code === 0) return run.output.trim();
    // The command reports a missing secret only by its exit code.
    if (run.code === 1 && !run.hasComplained) return undefined;
    throw new KeychainUnavailable(this.name);
  }

  async write(secret: string): Promise<void> {
    const args = ['store', '--label=MCP OAuth Broker', ...this.#attributes];
    const { code } = await runTool(this.command, args, secret, this.environment);
    if (code !== 0) throw new KeychainUnavailable(this.name);
  }
}

/** The login keychain of macOS. */
export class MacKeychain implements Keychain {
  readonly name = 'The login keychain';
  /** The exit code of `errSecItemNotFound`. */
  static readonly #notFound = 44;

  constructor(
    private readonly account: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly command = '/usr/bin/security',
  ) {}

  async read(): Promise<string | undefined> {
    const args = ['find-generic-password', '-s', service, '-a', this.account, '-w'];
    const run = await runTool(this.command, args, '', this.environment);
    if (run.code === 0) return run.output.trim();
    if (run.code === MacKeychain.#notFound) return undefined;
    throw new KeychainUnavailable(this.name);
  }

  /** Uses the interactive mode, because the command would otherwise ask for the password at the terminal. */
  async write(secret: string): Promise<void> {
    const line = `add-generic-password -U -s ${service} -a ${this.account} -w ${secret}\n`;
    const { code } = await runTool(this.command, ['-i'], line, this.environment);
    if (code !== 0) throw new KeychainUnavailable(this.name);
  }
}

/** The Data Protection API of Windows (DPAPI): a file that only this user on this machine can decrypt. */
export class DataProtection implements Keychain {
  readonly name = 'Windows data protection';

  constructor(
    private readonly file: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly command: string,
  ) {}

  async read(): Promise<string | undefined> {
    let kept: string;
    try {
      kept = await readFile(this.file, 'utf8');
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined;
      throw new KeychainUnavailable(this.name);
    }
    return this.#run('Unprotect', kept);
  }

  async write(secret: string): Promise<void> {
    const kept = await this.#run('Protect', secret);
    await mkdir(path.dirname(this.file), { recursive: true, mode: 0o700 });
    await writeAtomically(this.file, kept);
  }

  async #run(method: 'Protect' | 'Unprotect', text: string): Promise<string> {
    const script = [
      'Add-Type -AssemblyName System.Security',
      '$given = [Convert]::FromBase64String([Console]::In.ReadToEnd().Trim())',
      `$made = [Security.Cryptography.ProtectedData]::${method}($given, $null, 'CurrentUser')`,
      '[Console]::Out.Write([Convert]::ToBase64String($made))',
    ].join('; ');
    const args = ['-NoProfile', '-NonInteractive', '-Command', script];
    const { code, output } = await runTool(this.command, args, text, this.environment);
    if (code !== 0 || output.trim() === '') throw new KeychainUnavailable(this.name);
    return output.trim();
  }
}

/** Returns the first executable with this name in the absolute directories of `PATH`. */
function onPath(name: string, directories = ''): string | undefined {
  return directories
    .split(path.delimiter)
    .filter((directory) => path.isAbsolute(directory))
    .map((directory) => path.join(directory, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The result of a command of the operating system. Its error output is discarded, because it may quote the
 * input.
 */
interface ToolRun {
  /** The exit code; undefined if the command could not be started, or did not end in time. */
  readonly code: number | undefined;
  readonly output: string;
  /** Whether the command wrote anything to its error output. */
  readonly hasComplained: boolean;
}

/** The time limit of a command, in milliseconds: a locked keychain asks the user, who may take a while. */
const longest = 60_000;
/** The most output that is read, in bytes; far more than any expected output. */
const mostOutput = 64 * 1024;

/**
 * Runs a command without a shell. Secrets are passed through standard input, because every user of the
 * machine can read arguments.
 *
 * @param environment the only environment variables that the command receives
 */
function runTool(
  command: string,
  args: readonly string[],
  input: string,
  environment: NodeJS.ProcessEnv,
): Promise<ToolRun> {
  return new Promise((resolve) => {
    const output: Buffer[] = [];
    let size = 0;
    let hasComplained = false;
    const end = (code: number | undefined) =>
      resolve({ code, output: Buffer.concat(output).toString('utf8'), hasComplained });
    const child = spawn(command, args, { env: environment, timeout: longest, windowsHide: true });
    child.once('error', () => end(undefined));
    child.once('close', (code) => end(code ?? undefined));
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > mostOutput) child.kill();
      else output.push(chunk);
    });
    child.stderr.on('data', () => (hasComplained = true));
    // The command may end without reading its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
