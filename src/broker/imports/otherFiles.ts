import type { McpClientId } from '../../mcpClients/mcpClient.js';

/** A configuration file of VS Code or of another MCP client. */
export interface OtherFile {
  readonly uri: string;
  /** What the user knows it by, such as `~/.cursor/mcp.json`. */
  readonly label: string;
  readonly client: McpClientId;
  /** `editor`: the user's own file of VS Code; `program`: of another client; `repository`: in a workspace folder. */
  readonly kind: 'editor' | 'program' | 'repository';
}

/** A file as it was read. */
export interface ReadFile {
  readonly file: OtherFile;
  readonly text: string;
}

/** Why a file cannot be read or changed. */
export type OtherFileReason = 'tooLarge' | 'notText' | 'changed' | 'unreadable' | 'unwritable';

/** A file that cannot be read or changed; nothing of its text is in the message. */
export class OtherFileFault extends Error {
  override readonly name = 'OtherFileFault';

  /** @param code the system's, such as `EACCES`, if it has one */
  constructor(
    readonly reason: OtherFileReason,
    readonly code = '',
  ) {
    super(code === '' ? reason : `${reason} (${code})`);
  }
}

/** Reads and changes files of other programs. They are UTF-8, so that a text stands for the exact bytes. */
export interface OtherFileStore {
  /**
   * @returns undefined if there is no such file
   * @throws OtherFileFault
   */
  read(uri: string): Promise<string | undefined>;
  /**
   * Replaces a file in one step and keeps its permissions. A symbolic link stays one, and its target changes.
   *
   * @param expected the content that it must have now; undefined if it must not exist
   * @param text undefined removes the file
   * @throws OtherFileFault `changed` if it has other content by now
   */
  replace(uri: string, expected: string | undefined, text: string | undefined): Promise<void>;
  /**
   * Stores a copy that only the user can read: next to the file, or in the extension's own folder if the file is in a
   * repository, where the copy might be committed.
   *
   * @returns the copy's URI
   * @throws OtherFileFault
   */
  backUp(uri: string, text: string): Promise<string>;
}
