import type { EntryPath } from './mcpClient.js';

/** A remote MCP server as another client has it configured; nothing of it has been judged. */
export interface ConfiguredServer {
  readonly name: string;
  /** The path of its entry in the file. */
  readonly path: EntryPath;
  /** The folder it is for, if the file holds servers of single folders. */
  readonly folder?: string;
  readonly url: string;
  /** The transport; absent: Streamable HTTP. */
  readonly type?: 'sse';
  readonly headers: Readonly<Record<string, string>>;
  readonly clientId?: string;
  /** A secret: it goes to secret storage and is never shown. */
  readonly clientSecret?: string;
  /** Space-separated, as OAuth has them (RFC 6749 §3.3). */
  readonly scopes?: string;
  readonly isDisabled: boolean;
}

/** The content of a remote server's entry, apart from its name. */
export type RemoteServer = Omit<ConfiguredServer, 'name' | 'path' | 'folder'>;

/** An entry that cannot be used. */
export interface FaultyEntry extends Pick<ConfiguredServer, 'name' | 'path' | 'folder'> {
  /** The member at fault; empty: the entry itself. */
  readonly field: string;
  /** The fault, as a sentence. */
  readonly message: string;
}
