import {
  ConfigurationFault,
  isMembers,
  memberAt,
  parseConfiguration,
} from '../../mcpClients/configurationText.js';
import { mcpClients } from '../../mcpClients/mcpClient.js';
import type { FoundServer } from './foundServers.js';
import type { OtherFile, ReadFile } from './otherFiles.js';

/**
 * The names that VS Code goes on having from files after an import. It reads its own `mcp.json` files and `.mcp.json` of
 * each folder (`workspaceDotMcpDiscovery.ts`), and prefers a server of theirs to one of ours with the same name.
 */
export function namesLeftInEditor(
  files: readonly ReadFile[],
  imported: readonly FoundServer[],
  isMoved: (file: OtherFile) => boolean,
): readonly string[] {
  return files
    .filter(({ file }) => isReadByEditor(file))
    .flatMap(({ file, text }) => {
      const gone = isMoved(file)
        ? imported.flatMap(({ entries }) => entries.filter((entry) => entry.file.uri === file.uri))
        : [];
      return namesIn(text, file).filter((name) => !gone.some((entry) => entry.name === name));
    });
}

export function isReadByEditor({ client, kind, uri }: OtherFile): boolean {
  return client === 'vscode' || (kind === 'repository' && uri.endsWith('/.mcp.json'));
}

function namesIn(text: string, { client }: OtherFile): readonly string[] {
  const { format, collection } = mcpClients[client];
  try {
    const servers = memberAt(parseConfiguration(text, format), [collection]);
    return isMembers(servers) ? Object.keys(servers) : [];
  } catch (error) {
    if (error instanceof ConfigurationFault) return [];
    throw error;
  }
}
