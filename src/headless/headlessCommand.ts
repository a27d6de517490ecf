#!/usr/bin/env node
import os from 'node:os';
import path from 'node:path';
import { OAuthFlowError } from '../oauth/oauthFlowError.js';
import { newStoreKey } from '../node/store/storeKey.js';
import { systemClock } from '../node/machine.js';
import { admit, rotate, withdraw } from './agentCommands.js';
import { keepClientKey, keepClientSecret } from './clientCommands.js';
import { parseCommandLine, usage, UsageError, type CommandLine } from './commandLine.js';
import { serve } from './serveCommand.js';
import { openSession, signInPlaceNamed, type Session } from './session.js';
import { problemTexts, readSettings, SettingsUnreadable } from './settingsFile.js';
import { signIn, signOut } from './signInCommand.js';
import { status } from './statusCommand.js';
import { openStorage, StorageUnusable } from './storage.js';
import { Terminal } from './terminal.js';

/** How it ended: done; not done; wrong arguments; a checked server is not ready. Scripts rely on these. */
const [done, failed, misused, notReady] = [0, 1, 2, 3];
/** Ended by a signal, as shells count it. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

async function main(args: readonly string[]): Promise<number> {
  if (typeof Promise.withResolvers !== 'function') {
    process.stderr.write(
      `error: this program requires Node.js 22 or later, but it runs on ${process.version}.\n`,
    );
    return failed;
  }
  const ending = new AbortController();
  let endedBy: keyof typeof signals | undefined;
  const end = (signal: keyof typeof signals) => {
    // A user who interrupts twice does not want to wait.
    if (endedBy !== undefined) process.exit(signals[signal]);
    endedBy = signal;
    ending.abort();
  };
  for (const signal of Object.keys(signals) as (keyof typeof signals)[]) process.on(signal, end);
  const terminal = new Terminal(
    { input: process.stdin, output: process.stdout, error: process.stderr },
    () => end('SIGINT'),
    args.includes('--verbose'),
  );
  // Timers that wait keep no process alive; this one does.
  const alive = setInterval(() => undefined, 2 ** 30);
  try {
    const line = parseCommandLine(args);
    if (line === 'help') {
      process.stdout.write(usage);
      return done;
    }
    if (line.command === 'make-key') {
      terminal.print(newStoreKey());
      return done;
    }
    const code = await run(line, terminal, ending.signal);
    if (endedBy !== undefined) return line.command === 'serve' ? done : signals[endedBy];
    return code;
  } catch (error) {
    terminal.error(wordsOf(error));
    if (!(error instanceof UsageError)) return failed;
    terminal.say(error.hint);
    return misused;
  } finally {
    clearInterval(alive);
    terminal.dispose();
  }
}

/** @returns how it ended */
async function run(line: CommandLine, terminal: Terminal, signal: AbortSignal): Promise<number> {
  const { options } = line;
  const home = path.resolve(
    options.home ?? process.env['MCP_OAUTH_BROKER_HOME'] ?? path.join(os.homedir(), '.mcp-oauth-broker'),
  );
  const settings = readSettings(path.resolve(options.settings ?? path.join(home, 'settings.json')));
  for (const problem of settings.problems) terminal.warn(problemTexts(problem));
  const session = openSession(
    settings,
    await openStorage(home, process.env, { clock: systemClock, log: terminal }),
    terminal,
    signal,
  );
  try {
    return await runInSession(line, session);
  } finally {
    await session.close();
  }
}

async function runInSession({ command, subject, options }: CommandLine, session: Session): Promise<number> {
  const { settings } = session;
  switch (command) {
    case 'serve':
      await serve(session);
      return done;
    case 'sign-in':
      return (await signIn(signInPlaceNamed(settings, subject), options, session)) ? done : failed;
    case 'sign-out':
      await signOut(signInPlaceNamed(settings, subject), options, session);
      return done;
    case 'client-secret':
      await keepClientSecret(subject, session);
      return done;
    case 'client-key':
      await keepClientKey(subject, options.make === true, session);
      return done;
    case 'rotate':
      await rotate(subject, session);
      return done;
    case 'withdraw':
      await withdraw(subject, session);
      return done;
    case 'admit':
      await admit(subject, options, session);
      return done;
    case 'status':
      return (await status(options, session)) || options.check !== true ? done : notReady;
    default:
      throw new UsageError(`${command} needs no settings.`);
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (error instanceof StorageUnusable || error instanceof SettingsUnreadable) return error.message;
  if (error instanceof OAuthFlowError) return error.advice;
  const isOfSystem = error instanceof Error && 'code' in error && 'syscall' in error;
  // The message of an unexpected error can contain anything.
  return isOfSystem ? error.message : `Unforeseen: ${error instanceof Error ? error.name : 'no error'}.`;
}

void main(process.argv.slice(2)).then((code) => {
  // After all output has been written.
  process.stdout.write('', () => process.exit(code));
});
