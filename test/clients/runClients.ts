import { readFileSync } from 'node:fs';
import path from 'node:path';
import { mcpClients } from '../../src/mcpClients/mcpClient.js';
import { connectableClients } from '../../src/mcpClients/connectionEntry.js';
import { clientLine } from './clientLine.js';
import { clientPrograms } from './clientPrograms.js';

/** @param args parts of clients' names; if empty, all of them */
async function main(args: readonly string[]): Promise<boolean> {
  const packages = process.env['MCP_OAUTH_BROKER_CLIENTS'];
  if (packages === undefined) throw new Error('Start it with npm run clients, which installs the clients.');
  const isChosen = (name: string) =>
    args.length === 0 || args.some((part) => name.toLowerCase().includes(part.toLowerCase()));
  const chosen = clientPrograms.filter(({ client }) => isChosen(mcpClients[client].name));
  let passed = 0;
  for (const program of chosen) {
    const title = `${mcpClients[program.client].name} ${versionOf(packages, program.package)}`;
    const { steps, why } = await clientLine(program, packages);
    console.log(`${title}: ${[...steps, ...(why === undefined ? [] : [`FAILED: ${why}`])].join('; ')}`);
    if (why === undefined) passed++;
  }
  for (const client of connectableClients) {
    const { name } = mcpClients[client];
    if (!clientPrograms.some((program) => program.client === client) && isChosen(name))
      console.log(`${name}: not run, because npm has no package of it; its file is written in the tests`);
  }
  console.log(`\n${passed}/${chosen.length} clients, each connected by what “Connect Client…” writes`);
  return passed > 0 && passed === chosen.length;
}

function versionOf(packages: string, name: string): string {
  const file = path.join(packages, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}

main(process.argv.slice(2)).then(
  (passed) => process.exit(passed ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
