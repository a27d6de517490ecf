import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, open, readFile, readlink, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { ConfigurationFileError } from '../mcpClients/configurationFiles.js';
import { isCode, replaceFile } from './replaceFile.js';

/** Largest file that is read, in bytes. Claude Code keeps its whole state in the file of its servers. */
const largest = 64 * 1024 * 1024;
const owners = 0o600;

/**
 * The configuration files of other programs. A text stands for its bytes: what is not UTF-8 is refused, and a byte order
 * mark is part of the text. Everything that fails is a ConfigurationFileError.
 */
export const clientConfigurationFiles = {
  /** @returns undefined if there is no such file */
  read: (file: string) => named(file, () => read(file)),

  /**
   * Writes a file at once: its program reads the old one or the new one, and never half of it. A symbolic link stays
   * one, and the file keeps its mode; a new one is its owner's alone.
   *
   * @param before what it holds, undefined if there is none: a file that has changed meanwhile is not written
   */
  write: (file: string, text: string, before: string | undefined) =>
    named(file, () => write(file, text, before)),

  /** @param before what it holds: a file that has changed meanwhile is not removed */
  remove: (file: string, before: string) =>
    named(file, async () => {
      await expect(file, before);
      await rm(file);
    }),

  /**
   * Copies a file, byte for byte, to one beside it that its owner alone may read.
   *
   * @returns the path of the copy
   */
  backUp: (file: string) => named(file, () => backUp(file)),

  removeBackup: (backup: string) => named(backup, () => rm(backup, { force: true })),
};

async function read(file: string): Promise<string | undefined> {
  let bytes: Buffer;
  try {
    if ((await stat(file)).size > largest) throw new ConfigurationFileError(`${file} is larger than 64 MB.`);
    bytes = await readFile(file);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ConfigurationFileError(`${file} is not a text in UTF-8.`);
  }
}

async function write(file: string, text: string, before: string | undefined): Promise<void> {
  const target = await targetOf(file);
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  const mode = before === undefined ? owners : (await stat(target)).mode & 0o777;
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx', owners);
    try {
      await handle.writeFile(text);
      // The process's mask does not narrow what the file had.
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await expect(file, before);
    await replaceFile(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function backUp(file: string): Promise<string> {
  for (let number = 1; ; number++) {
    const copy = `${file}.mcp-oauth-broker-backup${number === 1 ? '' : `-${number}`}`;
    try {
      await copyFile(file, copy, constants.COPYFILE_EXCL);
      await chmod(copy, owners);
      return copy;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
  }
}

async function expect(file: string, text: string | undefined): Promise<void> {
  if ((await read(file)) !== text)
    throw new ConfigurationFileError(`${file} has just been changed by another program. Try again.`);
}

/** Where a symbolic link leads, also if nothing is there yet. */
async function targetOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
    const link = await readlink(file).catch(() => undefined);
    return link === undefined ? file : path.resolve(path.dirname(file), link);
  }
}

async function named<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') throw error;
    throw new ConfigurationFileError(`${file} cannot be used (${error.code}).`);
  }
}
