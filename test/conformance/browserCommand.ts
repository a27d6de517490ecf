import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a command line in place of a browser, with the authorization address as its last argument.
 *
 * @throws Error if it cannot run or fails; the signal ends the command
 */
export async function runBrowser(commandLine: string, address: URL, signal: AbortSignal): Promise<void> {
  const [command = '', ...args] = commandLine.split(/\s+/);
  const child = spawn(command, [...args, address.href], { stdio: ['ignore', 'ignore', 'inherit'], signal });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`The browser command ended with ${code ?? 'a signal'}.`);
}
