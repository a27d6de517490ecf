import { isObject } from '../oauth/jsonAnswer.js';

/** A list of MCP servers that the editor reads from somewhere else than our settings. */
export interface OtherServerList {
  /** What the user knows the file by, such as `.vscode/mcp.json`. */
  readonly file: string;
  readonly names: readonly string[];
}

/**
 * The list that makes the editor switch one of our servers off. VS Code compares names without case, and of two servers
 * with one name it runs the one from a file (`McpCollisionEnablementModel` in `mcpService.ts`, collections in the order
 * workspace, user, extension).
 *
 * @param lists in the editor's order
 * @returns undefined if no other list has the name
 */
export function displacingList<List extends OtherServerList>(
  name: string,
  lists: readonly List[],
): List | undefined {
  const wanted = name.toLowerCase();
  return lists.find(({ names }) => names.some((other) => other.toLowerCase() === wanted));
}

/** The names of the servers in an `mcp.json`, which may have comments and trailing commas; none if it cannot be read. */
export function serverNamesIn(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(withoutTrailingCommas(withoutComments(text.replace(/^\uFEFF/, ''))));
    return isObject(value) ? serverNames(value['servers']) : [];
  } catch {
    return [];
  }
}

/** The names in the object `servers` of such a file or of the setting `mcp`. */
export function serverNames(servers: unknown): readonly string[] {
  return isObject(servers) ? Object.keys(servers) : [];
}

const string = /"(?:\\.|[^"\\])*"/.source;

function withoutComments(text: string): string {
  const pattern = new RegExp(`(${string})|//[^\\n]*|/\\*[^]*?\\*/`, 'g');
  return text.replace(pattern, (_match, kept: string | undefined) => kept ?? ' ');
}

function withoutTrailingCommas(text: string): string {
  const pattern = new RegExp(`(${string})|,(?=\\s*[}\\]])`, 'g');
  return text.replace(pattern, (_match, kept: string | undefined) => kept ?? '');
}
