import { spawn } from 'node:child_process';

/** How a command of the operating system's ended. What it complained of is left unread: it may quote what it was told. */
export interface ToolRun {
  /** Undefined where it could not be started, or did not end in time. */
  readonly code: number | undefined;
  readonly output: string;
  /** Whether it wrote anything to its error output. */
  readonly hasComplained: boolean;
}

/** A keychain that is locked asks its person, who may take a while; in milliseconds. */
const longest = 60_000;
/** Far more than any answer wanted here; in bytes. */
const mostOutput = 64 * 1024;

/**
 * Runs a command without a shell. Secrets go in by its standard input: arguments can be read by every user of the
 * machine.
 *
 * @param environment all that the command gets to see of ours
 */
export function runTool(
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
    // It may end without reading what it was told.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
