import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { systemClock } from '../../node/machine.js';
import { agentPlaces, WindowPlaces, type BridgePlaces } from './bridgePlaces.js';
import { connectToBroker } from './brokerConnection.js';
import { StdioBridge } from './stdioBridge.js';

/** Another window takes over the agents' port within this time, in milliseconds. */
const takeOver = 2_000;
/** A window that is opened or reloaded serves within this time, in milliseconds. */
const opening = 30_000;

const usage = 'Usage: node bridge.js FILE, or node bridge.js --windows DIRECTORY SERVER';

/**
 * Two ways to name what to serve: the file of an agent, or the directory where the editor's windows write their
 * addresses and the name of a server, for what the editor starts on the user's behalf.
 */
function placesFor([first, directory, server]: readonly string[]): BridgePlaces {
  if (first === undefined) throw new Error(usage);
  if (first !== '--windows') return agentPlaces(first);
  if (directory === undefined || server === undefined) throw new Error(usage);
  return new WindowPlaces(directory, server, process.cwd(), systemClock);
}

/**
 * A proxy that the environment of the client names, and that Node heeds with `NODE_USE_ENV_PROXY`, would get the key and
 * all that is called. The bridge calls this machine alone.
 */
function passByProxies(environment: NodeJS.ProcessEnv): void {
  for (const name of ['NO_PROXY', 'no_proxy']) environment[name] = '127.0.0.1';
}

async function main(args: readonly string[]): Promise<void> {
  passByProxies(process.env);
  const places = placesFor(args);
  const bridge = new StdioBridge({
    stdio: new StdioServerTransport(),
    places,
    connect: connectToBroker,
    patience: places.isLasting ? takeOver : opening,
    clock: systemClock,
  });
  await bridge.start();
  const leave = () => void bridge.close().finally(() => process.exit());
  // The client has gone, in whichever way.
  process.stdin.once('end', leave);
  process.stdin.once('close', leave);
  process.stdout.once('error', leave);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  // A parser's error may quote the file.
  const isOurs = error instanceof Error && !(error instanceof SyntaxError);
  process.stderr.write(`${isOurs ? error.message : 'The key file cannot be read.'}\n`);
  process.exit(1);
});
