// One installation step: printed in a line, done at most once, complete or absent.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** A failed step: the attempt, the reason, and a remedy for the user. */
export class StepFailed extends Error {
  /**
   * @param {string} what name of the step
   * @param {string} why the last lines of the failing command, or the reason
   * @param {string} remedy one action for the user
   */
  constructor(what, why, remedy) {
    super(`${what} failed.\n  Why: ${why.trim().replaceAll('\n', '\n       ')}\n  What to do: ${remedy}`);
    this.name = 'StepFailed';
  }
}

/** @param {string} line one line about the current step, for the user */
export function say(line) {
  console.log(`• ${line}`);
}

/**
 * Fills `directory` once. The work happens in a sibling directory that is renamed when complete, so the
 * directory either has all content or does not exist, even if two runs start together or one is
 * interrupted.
 *
 * @param {string} directory absolute
 * @param {string} what line to print meanwhile
 * @param {(partial: string) => Promise<void>} fill fills the sibling directory
 */
export async function fillOnce(directory, what, fill) {
  if (existsSync(directory)) return;
  const started = Date.now();
  say(`${what} …`);
  const parent = path.dirname(directory);
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent, `${path.basename(directory)}.partial-`);
  const partial = `${directory}.partial-${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  try {
    await fill(partial);
    await rename(partial, directory).catch((error) => {
      if (!existsSync(directory)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  say(`${what}: done in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Files of an interrupted run are removed once they are older than any installation takes. */
async function removeAbandoned(parent, prefix) {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const entry = path.join(parent, name);
    const { mtimeMs } = await stat(entry).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > 30 * 60_000) await rm(entry, { recursive: true, force: true });
  }
}

/**
 * Runs a command quietly. Its output is shown only if it fails.
 *
 * @param {string} what the step that it is part of
 * @param {string[]} command program and arguments
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, remedy?: string, timeoutMs?: number}} [options]
 * @throws {StepFailed} if it cannot start, takes too long, or exits with a code other than 0
 */
export function quietly(what, [program, ...args], options = {}) {
  const {
    cwd,
    env = process.env,
    remedy = 'mend the cause above and run the command again.',
    timeoutMs = 600_000,
  } = options;
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { cwd, env, timeout: timeoutMs, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const reason = error.killed
          ? `took longer than ${timeoutMs / 1000} s`
          : `${stdout}\n${stderr}`.trim() || error.message;
        reject(new StepFailed(what, lastLines(reason, 25), remedy));
      },
    );
  });
}

/** Runs npm as the current process was started, which avoids npm.cmd and its shell on Windows. */
export function npm(what, args, options = {}) {
  const remedy = 'check that npm reaches its registry (npm ping), then run the command again.';
  return quietly(what, [...npmCommand(), ...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    remedy,
    ...options,
  });
}

function npmCommand() {
  const fromNpm = process.env.npm_execpath;
  if (fromNpm?.endsWith('npm-cli.js') && existsSync(fromNpm)) return [process.execPath, fromNpm];
  const beside = path.dirname(process.execPath);
  const candidates = [
    path.join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const cli = candidates.find((candidate) => existsSync(candidate));
  return cli ? [process.execPath, cli] : ['npm'];
}

/**
 * Runs a command in the foreground. The terminal passes Ctrl-C to it.
 *
 * @returns {Promise<number>} its exit code, or 1 if a signal ended it
 */
export function inForeground([program, ...args], options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', ...options });
    const passOn = (signal) => child.kill(signal);
    const stay = () => undefined;
    process.on('SIGTERM', passOn);
    process.on('SIGINT', stay);
    child.on('error', reject);
    child.on('exit', (code) => {
      process.off('SIGTERM', passOn);
      process.off('SIGINT', stay);
      resolve(code ?? 1);
    });
  });
}

function lastLines(text, count) {
  return text.split('\n').slice(-count).join('\n');
}
