import { betterAuth } from './betterAuth.js';
import { exercises } from './exercise.js';
import { fastMcp } from './fastMcp.js';
import { InteropClient } from './interopClient.js';
import { steps, type InteropPeer } from './interopServer.js';
import { oidcProvider } from './oidcProvider.js';
import { sdkAuthRouter } from './sdkAuthRouter.js';

const peers: readonly InteropPeer[] = [sdkAuthRouter, oidcProvider, fastMcp, betterAuth];

/** Long enough for a step and short enough to wait for. */
const accessTokenSeconds = 3;

/** Runs every step with one server. Its line lists the steps and the unsupported ones. */
async function exercise(peer: InteropPeer): Promise<boolean> {
  const said: string[] = [];
  const server = await peer.start(accessTokenSeconds);
  const client = new InteropClient(server);
  try {
    for (const step of steps) {
      const missing = peer.without[step];
      if (missing !== undefined) {
        said.push(`no ${step}: ${missing}`);
        continue;
      }
      try {
        said.push(`${step} (${await exercises[step](client, server, peer)})`);
      } catch (error) {
        said.push(`FAILED at ${step}: ${error instanceof Error ? error.message : String(error)}`);
        console.log(client.log.lines.map((line) => `  ${line}`).join('\n'));
        return false;
      }
    }
    return true;
  } finally {
    console.log(`${peer.name}: ${said.join('; ')}`);
    await client.close();
    await server.close();
  }
}

/** @param args parts of servers' names; if empty, all of them */
async function main(args: readonly string[]): Promise<boolean> {
  const chosen = peers.filter(({ name }) => args.length === 0 || args.some((part) => name.includes(part)));
  const passed: boolean[] = [];
  for (const peer of chosen) passed.push(await exercise(peer));
  console.log(`\n${passed.filter(Boolean).length}/${chosen.length} servers`);
  return passed.length > 0 && passed.every(Boolean);
}

main(process.argv.slice(2)).then(
  (passed) => (process.exitCode = passed ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
