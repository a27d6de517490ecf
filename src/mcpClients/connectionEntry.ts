import { defined } from '../base/defined.js';
import type { McpClientId } from './mcpClient.js';

/** A command that speaks MCP over stdio. */
export interface StdioCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The clients that run a command of ours; VS Code gets its servers from the extension itself. */
export const connectableClients = [
  'claudeCode',
  'claudeDesktop',
  'codex',
  'copilotCli',
  'cursor',
  'gemini',
  'windsurf',
] as const satisfies readonly McpClientId[];

export type ConnectableClient = (typeof connectableClients)[number];

export function isConnectableClient(id: unknown): id is ConnectableClient {
  return connectableClients.some((client) => client === id);
}

/** The content of an entry that runs the command, in the client's own form. */
export function connectionEntry(
  client: ConnectableClient,
  { command, args, env }: StdioCommand,
): Readonly<Record<string, unknown>> {
  const entry = defined({
    command,
    args: [...args],
    env: Object.keys(env).length > 0 ? { ...env } : undefined,
  });
  switch (client) {
    case 'claudeCode':
      return { type: 'stdio', ...entry };
    case 'copilotCli':
      // Without `tools` it offers its model none of them.
      return { type: 'local', ...entry, tools: ['*'] };
    default:
      return entry;
  }
}

/**
 * The name that an entry gets. Codex takes letters, digits, `-` and `_` only, and the others make such names themselves
 * when they name a server's tools. Gemini CLI takes the first `_` of a tool's name for the end of the server's.
 */
export function entryName(client: ConnectableClient, serverName: string): string {
  const unfit = client === 'gemini' ? /[^a-zA-Z\d-]+/g : /[^\w-]+/g;
  const name = serverName
    .normalize('NFKD')
    .replaceAll(unfit, '-')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'server' : name;
}

/** The name, or the name with the lowest number after it that no entry has. */
export function freeEntryName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name}-${number}`)) number++;
  return `${name}-${number}`;
}
