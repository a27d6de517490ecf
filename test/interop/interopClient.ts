import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Credential } from '../../src/broker/accounts/credential.js';
import { parseServers, type ServerConfig } from '../../src/broker/settings/serverSettings.js';
import { authorizationAddress, DirectConsent } from '../../src/headless/directConsent.js';
import { createHeadlessBroker, type HeadlessBroker } from '../../src/headless/headlessBroker.js';
import { machineFetch, systemClock, systemResolver } from '../../src/node/machine.js';
import { MemoryLock, MemoryLog, MemoryMemory, MemorySecrets } from '../broker/memoryStores.js';
import type { InteropServer } from './interopServer.js';

/** Limit for one whole request, including consent, in milliseconds. */
const requestTimeout = 30_000;

/** The headless broker, and an SDK client that calls through its relay. */
export class InteropClient {
  readonly broker: HeadlessBroker;
  readonly log = new MemoryLog();
  readonly server: ServerConfig;
  /** Number of consent requests. */
  consents = 0;
  readonly #client: Client;

  constructor(private readonly peer: InteropServer) {
    const { servers, problems } = parseServers({ interop: { type: 'http', url: peer.url } });
    this.server = servers[0] ?? assert.fail(JSON.stringify(problems));
    this.broker = createHeadlessBroker({
      servers: () => servers,
      secrets: new MemorySecrets(),
      memory: new MemoryMemory(),
      lock: new MemoryLock(),
      clock: systemClock,
      log: this.log,
      fetch: machineFetch,
      resolver: systemResolver,
      consentPrompt: new DirectConsent((address, signal) => this.#visit(address, signal)),
      confirmAccountChange: () => Promise.resolve('new'),
    });
    this.#client = new Client(
      { name: 'interop', version: '1' },
      { capabilities: { elicitation: { url: {} } } },
    );
    this.#client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      if (params.mode !== 'url') return { action: 'decline' };
      await this.#open(params.url);
      return { action: 'accept' };
    });
  }

  /** Signs in as a command does, then connects. */
  async signIn(): Promise<void> {
    const attempt = this.broker.signIns.begin(this.server, { deadline: requestTimeout });
    await this.#open((await attempt.launchPage()).address);
    const outcome = await attempt.outcome;
    assert.equal(outcome.kind, 'signedIn', `the sign-in ended ${JSON.stringify(outcome)}`);
    const { url, key } = await this.broker.relay.endpointFor(this.server);
    const headers = { Authorization: `Bearer ${key.expose()}` };
    await this.#client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  }

  /** @throws Error if the tool's result is an error */
  async call(name: string, args: Record<string, unknown> = {}): Promise<void> {
    const result = await this.#client.callTool({ name, arguments: args }, undefined, {
      timeout: requestTimeout,
    });
    assert.notEqual(result.isError, true, `${name} answered ${JSON.stringify(result.content)}`);
  }

  async held(): Promise<Credential> {
    return (await this.broker.credentials.get(this.server.url)) ?? assert.fail('no account is signed in');
  }

  /** Changes the stored tokens, as expiry or another process would. */
  async hold(tokens: Partial<Credential['tokens']>): Promise<void> {
    const held = await this.held();
    await this.broker.credentials.put({ ...held, tokens: { ...held.tokens, ...tokens } });
  }

  async close(): Promise<void> {
    await this.#client.close();
    this.broker.dispose();
  }

  async #open(launchAddress: string): Promise<void> {
    const signal = AbortSignal.timeout(requestTimeout);
    const address = await authorizationAddress(launchAddress, signal);
    // Without an address, the attempt has ended and reports the reason.
    if (address !== undefined) await this.#visit(address, signal);
  }

  #visit(address: URL, signal: AbortSignal): Promise<void> {
    this.consents++;
    return this.peer.visit(address, signal);
  }
}
