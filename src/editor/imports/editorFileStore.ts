import * as vscode from 'vscode';
import { OtherFileFault, type OtherFileStore } from '../../broker/imports/otherFiles.js';

/** The largest file that is read, in bytes. */
const largest = 32 * 1024 * 1024;

/**
 * Files on any machine. Files of this machine are accessed with Node.js, which preserves modes and symbolic
 * links; files of a remote machine or a browser's profile through the editor.
 */
export class EditorFileStore implements OtherFileStore {
  /** @param backups the directory on this machine for backups of files that only the editor can access */
  constructor(
    private readonly machine: OtherFileStore,
    private readonly backups: vscode.Uri,
  ) {}

  async read(uri: string): Promise<string | undefined> {
    const place = vscode.Uri.parse(uri, true);
    if (place.scheme === 'file') return this.machine.read(uri);
    try {
      const { size, type } = await vscode.workspace.fs.stat(place);
      // A repository can contain a link to an endless device (VS Code, `diskFileSystemProvider.ts`,
      // `toType`).
      if ((type & (vscode.FileType.File | vscode.FileType.Directory)) === 0)
        throw new OtherFileFault('unreadable', 'EINVAL');
      if (size > largest) throw new OtherFileFault('tooLarge');
      return decoded(await vscode.workspace.fs.readFile(place));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw faultOf(error, 'unreadable');
    }
  }

  async replace(uri: string, expected: string | undefined, text: string | undefined): Promise<void> {
    const place = vscode.Uri.parse(uri, true);
    if (place.scheme === 'file') return this.machine.replace(uri, expected, text);
    if ((await this.read(uri)) !== expected) throw new OtherFileFault('changed');
    try {
      if (text === undefined) await vscode.workspace.fs.delete(place);
      else await vscode.workspace.fs.writeFile(place, new TextEncoder().encode(text));
    } catch (error) {
      throw faultOf(error, 'unwritable');
    }
  }

  async backUp(uri: string, text: string): Promise<string> {
    const place = vscode.Uri.parse(uri, true);
    if (place.scheme === 'file') return this.machine.backUp(uri, text);
    const name = place.path.split('/').at(-1) ?? 'file';
    const isProfile = place.scheme === 'vscode-userdata';
    const folder = isProfile ? vscode.Uri.joinPath(place, '..') : this.backups;
    for (let number = 1; ; number++) {
      const backup = vscode.Uri.joinPath(
        folder,
        `${name}.mcp-oauth-backup${number === 1 ? '' : `-${number}`}`,
      );
      if ((await this.read(backup.toString())) !== undefined) continue;
      await this.replace(backup.toString(), undefined, text);
      return backup.toString();
    }
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new OtherFileFault('notText');
  }
}

function isMissing(error: unknown): boolean {
  // If there is no file system provider, such as for a browser's profile on a desktop, there is no such file
  // either.
  return (
    error instanceof vscode.FileSystemError && ['FileNotFound', 'Unavailable', 'Unknown'].includes(error.code)
  );
}

function faultOf(error: unknown, reason: 'unreadable' | 'unwritable'): unknown {
  if (error instanceof vscode.FileSystemError) return new OtherFileFault(reason, error.code);
  return error;
}
