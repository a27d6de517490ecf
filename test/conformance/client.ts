import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  authorizationAddress,
  DirectConsent,
  followRedirects,
  type VisitAuthorization,
} from '../../src/headless/directConsent.js';
import { createHeadlessBroker, type HeadlessBroker } from '../../src/headless/headlessBroker.js';
import { signInToolName } from '../../src/mcp/consentTexts.js';
import { FileLock } from '../../src/node/files/fileLock.js';
import { machineFetch, systemClock, systemResolver } from '../../src/node/machine.js';
import { runBrowser } from './browserCommand.js';
import { clientEnvironment, type ClientEnvironment } from './clientEnvironment.js';
import { giveSecrets, unattendedParts } from './scenarioContext.js';
import { StoreFile } from './storeFile.js';

/** The address that the suite expects for our client ID metadata document. It is never requested. */
const clientMetadataUrl = 'https://conformance-test.local/client-metadata.json';
/** Limit for one whole request, including consent, in milliseconds. */
const requestTimeout = 25_000;

/** The content of the last line. */
type Report =
  | { readonly ok: true; readonly tool: string; readonly text: string; readonly tools: readonly string[] }
  | { readonly ok: false; readonly status: string; readonly error: string };

/** Signs in if necessary, lists the tools and calls one, all through the relay. */
async function main(): Promise<Report> {
  const environment = clientEnvironment(process.argv.slice(2), process.env);
  const visit = visitor(environment);
  const broker = openBroker(environment, visit);
  try {
    await giveSecrets(broker, environment.server, environment.context);
    return await callThroughRelay(broker, openClient(visit), environment);
  } finally {
    broker.dispose();
  }
}

function openBroker(
  { server, store, context }: ClientEnvironment,
  visit: VisitAuthorization,
): HeadlessBroker {
  const say = (message: string) => console.error(message);
  const log = { debug: say, info: say, warn: say, error: say };
  const { secrets, memory } = new StoreFile(store);
  const locks = store === undefined ? path.join(tmpdir(), `mcp-locks-${process.pid}`) : `${store}.locks`;
  return createHeadlessBroker({
    servers: () => [server],
    secrets,
    memory,
    lock: new FileLock(locks, log),
    clock: systemClock,
    log,
    fetch: machineFetch,
    resolver: systemResolver,
    consentPrompt: new DirectConsent(visit),
    confirmAccountChange: () => Promise.resolve('new'),
    clientMetadataUrl,
    ...unattendedParts(context),
  });
}

/** Returns the replacement for the user's browser. */
function visitor({ browser }: ClientEnvironment): VisitAuthorization {
  if (browser === undefined) return followRedirects;
  return (address, signal) => runBrowser(browser, address, signal);
}

/** Returns a client for both protocol eras that opens each link it receives, in either form. */
function openClient(visit: VisitAuthorization): Client {
  const client = new Client(
    { name: 'conformance', version: '1' },
    { versionNegotiation: { mode: 'auto' }, capabilities: { elicitation: { url: {} } } },
  );
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    if (params.mode !== 'url') return { action: 'decline' };
    const signal = AbortSignal.timeout(requestTimeout);
    const address = await authorizationAddress(params.url, signal);
    if (address !== undefined) await visit(address, signal);
    return { action: 'accept' };
  });
  return client;
}

async function callThroughRelay(
  broker: HeadlessBroker,
  client: Client,
  environment: ClientEnvironment,
): Promise<Report> {
  const { server, tool, toolArguments } = environment;
  const { url, key } = await broker.relay.endpointFor(server);
  const headers = { Authorization: `Bearer ${key.expose()}` };
  const options = { timeout: requestTimeout };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
    options,
  );
  try {
    let names = await toolNames(client);
    if (names.length === 1 && names[0] === signInToolName) {
      const signedIn = await client.callTool({ name: signInToolName, arguments: {} }, options);
      if (signedIn.isError === true) return await refused(broker, environment, textOf(signedIn.content));
      names = await toolNames(client);
    }
    const name = tool ?? names[0];
    if (name === undefined) return { ok: false, status: 'noTools', error: `${server.url} lists no tools.` };
    const result = await client.callTool({ name, arguments: toolArguments }, options);
    const text = textOf(result.content);
    if (result.isError === true) return await refused(broker, environment, text);
    return { ok: true, tool: name, text, tools: names };
  } finally {
    await client.close();
  }
}

async function toolNames(client: Client): Promise<readonly string[]> {
  return (await client.listTools({}, { timeout: requestTimeout })).tools.map(({ name }) => name);
}

async function refused(
  broker: HeadlessBroker,
  { server }: ClientEnvironment,
  error: string,
): Promise<Report> {
  const { status } = await broker.states.statusOf(server);
  return { ok: false, status, error };
}

function textOf(content: readonly unknown[]): string {
  return content.map((part) => (part as { text?: string }).text ?? '').join('\n');
}

main().then(
  (report) => {
    console.log(JSON.stringify(report));
    process.exitCode = report.ok ? 0 : 1;
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    console.log(JSON.stringify({ ok: false, status: 'failed', error: message } satisfies Report));
    process.exitCode = 1;
  },
);
