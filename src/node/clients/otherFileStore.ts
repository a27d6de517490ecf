import { constants, type Stats } from 'node:fs';
import { access, chmod, mkdir, open, realpath, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { OtherFileFault, type OtherFileStore } from '../../broker/imports/otherFiles.js';
import { isCode, writeAtomically } from '../files/atomicFile.js';

/** The largest file that is read, in bytes: Claude Code keeps the history of its chats in the same file. */
const largest = 32 * 1024 * 1024;
/** Windows has no such flag, and its file system has no pipes. */
const noWaiting = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;
/** The names that mark the root of a repository. */
const repositories = ['.git', '.hg', '.jj', '.svn'];
/** The most backups next to one file. */
const mostBackups = 1000;

/** The files of this machine, by `file:` URIs. */
export class MachineFileStore implements OtherFileStore {
  /** @param backups the absolute path of the directory for backups of files in repositories */
  constructor(private readonly backups: string) {}

  async read(uri: string): Promise<string | undefined> {
    return textAt(fileURLToPath(uri));
  }

  async replace(uri: string, expected: string | undefined, text: string | undefined): Promise<void> {
    const file = fileURLToPath(uri);
    if ((await textAt(file)) !== expected) throw new OtherFileFault('changed');
    try {
      if (text === undefined) await unlink(file);
      else if (expected === undefined) await createFile(file, text);
      else await replaceText(await realpath(file), expected, text);
    } catch (error) {
      throw unwritable(error);
    }
  }

  async backUp(uri: string, text: string): Promise<string> {
    const file = fileURLToPath(uri);
    try {
      const isInRepository = await hasRepositoryAbove(await realpath(path.dirname(file)));
      if (isInRepository) await mkdir(this.backups, { recursive: true, mode: 0o700 });
      const directory = isInRepository ? this.backups : path.dirname(file);
      return await writeBackup(path.join(directory, path.basename(file)), text);
    } catch (error) {
      throw unwritable(error);
    }
  }
}

async function textAt(file: string): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await bytesAt(file));
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined;
    if (error instanceof OtherFileFault) throw error;
    if (isCode(error, 'ERR_ENCODING_INVALID_ENCODED_DATA')) throw new OtherFileFault('notText');
    throw new OtherFileFault('unreadable', codeOf(error));
  }
}

/**
 * Reads a file. A repository can contain a link to a device: `/dev/zero` is endless, and opening a pipe
 * without a writer blocks forever. Therefore the path must be a regular file both before and after it is
 * opened, and reading stops at the size limit.
 */
async function bytesAt(file: string): Promise<Buffer> {
  expectRegular(await stat(file));
  const handle = await open(file, constants.O_RDONLY | noWaiting);
  try {
    const stats = await handle.stat();
    expectRegular(stats);
    if (stats.size > largest) throw new OtherFileFault('tooLarge');
    const chunks: Buffer[] = [];
    let length = 0;
    // One byte beyond the limit shows that the file has grown in the meantime.
    for await (const chunk of handle.createReadStream({ end: largest, autoClose: false })) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
    }
    if (length > largest) throw new OtherFileFault('tooLarge');
    return Buffer.concat(chunks, length);
  } finally {
    await handle.close();
  }
}

function expectRegular(stats: Stats): void {
  if (stats.isDirectory()) throw new OtherFileFault('unreadable', 'EISDIR');
  if (!stats.isFile()) throw new OtherFileFault('unreadable', 'EINVAL');
}

/** @param expected the content that the file must have until it is replaced */
async function replaceText(file: string, expected: string, text: string): Promise<void> {
  const { mode } = await stat(file);
  await writeAtomically(file, text, {
    flush: true,
    beforeReplacing: async (temporary) => {
      // The process's umask restricts the mode of a new file.
      await chmod(temporary, mode & 0o777);
      // Flushing takes long enough for the other program to write its file.
      if ((await textAt(file)) !== expected) throw new OtherFileFault('changed');
    },
  });
}

/**
 * Creates a file that only the user can read: entries may contain secrets, and the programs themselves create
 * these files in the same way.
 */
async function createFile(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, text, { mode: 0o600, flag: 'wx', flush: true });
}

/**
 * Writes a backup that only the user can read, whatever the file's own mode is, because a copy keeps the
 * secrets that are removed from the file.
 */
async function writeBackup(file: string, text: string): Promise<string> {
  for (let number = 1; ; number++) {
    const backup = `${file}.mcp-oauth-backup${number === 1 ? '' : `-${number}`}`;
    try {
      const handle = await open(backup, 'wx', 0o600);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      return pathToFileURL(backup).href;
    } catch (error) {
      if (!isCode(error, 'EEXIST') || number === mostBackups) throw error;
    }
  }
}

async function hasRepositoryAbove(directory: string): Promise<boolean> {
  const isRoot = await Promise.all(
    repositories.map((name) =>
      access(path.join(directory, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (isRoot.includes(true)) return true;
  const parent = path.dirname(directory);
  return parent !== directory && hasRepositoryAbove(parent);
}

function unwritable(error: unknown): unknown {
  if (error instanceof OtherFileFault || codeOf(error) === '') return error;
  return new OtherFileFault('unwritable', codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
