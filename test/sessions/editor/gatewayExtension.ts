import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { packTestExtension, TEST_PUBLISHER } from '../../host/testExtension.js';
import type { MoreExtensions } from './sessionEditor.js';

const name = 'mcp-gateway';

/**
 * Packages an extension that starts VS Code's MCP gateway in each window, as Copilot CLI's and Claude's
 * sessions in the extension host do, and records its addresses.
 *
 * @param dir absolute
 */
export async function gatewayExtension(dir: string): Promise<MoreExtensions> {
  const source = `const { writeFileSync, renameSync } = require('node:fs');
const { lm } = require('vscode');
const file = ${JSON.stringify(addressesFile(dir))};
exports.activate = async (context) => {
  const gateway = await lm.startMcpGateway();
  const write = () => {
    const servers = gateway.servers.map(({ label, address }) => ({ label, address: address.toString(true) }));
    writeFileSync(file + '.tmp', JSON.stringify(servers));
    renameSync(file + '.tmp', file);
  };
  context.subscriptions.push(gateway, gateway.onDidChangeServers(write));
  write();
};
`;
  const vsix = await packTestExtension(dir, name, source, { enabledApiProposals: ['mcpServerDefinitions'] });
  return { vsixes: [vsix], proposedApiFor: [`${TEST_PUBLISHER}.${name}`] };
}

/** Returns a server's address in the window that wrote last; undefined if there is none. */
export async function gatewayAddress(dir: string, server: string): Promise<string | undefined> {
  const text = await readFile(addressesFile(dir), 'utf8').catch(() => '[]');
  const servers = JSON.parse(text) as readonly { readonly label: string; readonly address: string }[];
  return servers.find(({ label }) => label === server)?.address;
}

function addressesFile(dir: string): string {
  return path.join(dir, 'gateway.json');
}
