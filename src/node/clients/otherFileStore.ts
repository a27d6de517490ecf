import { constants, type Stats } from 'node:fs';
import { access, chmod, mkdir, open, realpath, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { OtherFileFault, type OtherFileStore } from '../../broker/imports/otherFiles.js';
import { isCode, writeAtomically } from '../files/atomicFile.js';

/** Largest file that is read, in bytes: Claude Code keeps the history of its chats in the same file. */
const largest = 32 * 1024 * 1024;
/** Windows has no such flag, and no pipes among its files. */
const noWaiting = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;
/** What marks the root of a repository. */
const repositories = ['.git', '.hg', '.jj', '.svn'];
/** How many backups next to one file are numbered. */
const mostBackups = 1000;

/** The files of this machine, by `file:` URIs. */
export class MachineFileStore implements OtherFileStore {
  /** @param backups absolute: where the backups of files in repositories are kept */
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
 * A repository can contain a link to a device: `/dev/zero` has no end, and to open a pipe without a writer takes forever.
 * So only what is a regular file before and after it is opened is read, and never more of it than is allowed.
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
    // One byte more than allowed shows that the file has grown meanwhile.
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

/** @param expected what the file must say until the moment that it is replaced */
async function replaceText(file: string, expected: string, text: string): Promise<void> {
  const { mode } = await stat(file);
  await writeAtomically(file, text, {
    flush: true,
    beforeReplacing: async (temporary) => {
      // The mode of a new file is what the process's mask leaves of it.
      await chmod(temporary, mode & 0o777);
      // To flush takes long enough for the program itself to write its file.
      if ((await textAt(file)) !== expected) throw new OtherFileFault('changed');
    },
  });
}

/** Entries may hold what others should not read, and the programs themselves make these files for the user alone. */
async function createFile(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, text, { mode: 0o600, flag: 'wx', flush: true });
}

/** For the user alone, whatever the file's own mode is: a copy outlasts the secrets that are taken out of the file. */
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
